import type { Destination, OtlpEndpoint } from '@tta/obs-tracing';
import { shownAddress } from './http-address.ts';

/** Where telemetry goes: a name that counts and metrics have too, and what may be shown of the address. */
export interface Addressee {
  readonly name: string;
  /** `undefined` where an exporter of the user's knows it. */
  readonly address: string | undefined;
}

/** The name of the local service among destinations. */
export const localName = 'local';

export function addresseeOf(destination: Destination | OtlpEndpoint): Addressee {
  const { name } = destination;
  if ('exporter' in destination) return { name, address: undefined };
  return { name, address: shownAddress('url' in destination ? destination.url : destination.tracesUrl) };
}

/** What a line of the log calls it. */
export function describeDestination(destination: Destination | OtlpEndpoint): string {
  const { name, address } = addresseeOf(destination);
  if (address === undefined) return name;
  return name === localName ? `the local service at ${address}` : address;
}
