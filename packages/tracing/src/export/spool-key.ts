import { createHash } from 'node:crypto';
import type { OtlpProtocol } from './destination.ts';
import type { Signal } from './signal.ts';

export interface SpoolKeyParts {
  readonly url: string;
  readonly protocol: OtlpProtocol;
  /** What is spooled: by gRPC all signals have one address. */
  readonly signal: Signal;
  /**
   * What else tells whose telemetry this is where the address does not, e.g. the service's and the
   * destination's name where a header selects the account. Spools of one key are drained by every process
   * that has it, with that process' headers.
   *
   * @defaultValue none
   */
  readonly scope?: string;
}

/**
 * The name of a destination's folder: its host for people, a hash for the rest. User name, password, query
 * and fragment of the address are left out, so that none of them is on disk and a new token finds the spool
 * of the old one.
 *
 * @throws TypeError when `url` is not an address.
 */
export function spoolKey({ url, protocol, signal, scope = '' }: SpoolKeyParts): string {
  const address = new URL(url);
  const identity = [address.protocol, address.host, address.pathname, protocol, signal, scope];
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
  const host = address.hostname.replaceAll(/[^a-z0-9.]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${host.slice(0, 40) || 'destination'}-${hash}`;
}
