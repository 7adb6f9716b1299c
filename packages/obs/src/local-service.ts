import { InvalidOptionError } from '@tta/obs-context';
import { type OtlpEndpoint, signalUrl } from '@tta/obs-tracing';
import { localName } from './addressee.ts';
import type { EnvironmentSettings } from './environment/read-environment.ts';
import { httpAddress, shownAddress } from './http-address.ts';
import type { ObservabilityOptions } from './observability-options.ts';

const usualEndpoint = 'http://127.0.0.1:8765';
/** A local service that does not answer by then is not there. */
const timeoutMs = 2_000;

/** The local service sees what ends or is said at the latest this long after it, so that the page is live. */
export const localFlushMs = 50;

/**
 * How a signal reaches the local service; `undefined` when that is not wanted.
 *
 * @throws `OBS_ERR_INVALID_OPTION` when its address is none.
 */
export function localService(
  signal: 'traces' | 'logs',
  options: ObservabilityOptions,
  env: EnvironmentSettings,
  spoolDirectory: string | undefined,
): OtlpEndpoint | undefined {
  // Log lines without traces are nothing that the page could show them with.
  const isWanted = env.exporters.traces?.length !== 0 || options.ttaUiEndpoint !== undefined;
  const isTaken = signal === 'traces' || env.exporters.logs?.length !== 0;
  if (!(options.enableTtaUi ?? isWanted) || !isTaken) return undefined;
  const endpoint = options.ttaUiEndpoint ?? env.ttaUiEndpoint ?? usualEndpoint;
  const token = options.ttaUiToken ?? env.ttaUiToken;
  return {
    name: localName,
    url: signalUrl(requireHttp(endpoint, 'ttaUiEndpoint'), signal),
    timeoutMs,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(spoolDirectory === undefined ? {} : { spool: { directory: spoolDirectory } }),
  };
}

/** @throws `OBS_ERR_INVALID_OPTION` when an option's address is none. */
export function requireHttp(address: string, option: string): string {
  const usable = httpAddress(address);
  if (usable !== undefined) return usable;
  throw new InvalidOptionError(
    `${option} is "${shownAddress(address)}"; it has to be an address like http://127.0.0.1:4318`,
  );
}
