import { hostname, networkInterfaces } from 'node:os';
import type { ServiceSettings } from '../service-settings.ts';

/** The service that everything is meant to reach, while it runs. */
export interface ReachableService {
  /** For example `http://127.0.0.1:8765`. */
  readonly url: string;
  readonly host: string;
  /** All that it listens on. */
  readonly ports: readonly number[];
  /** What it wants to be shown; `undefined` when it wants nothing. */
  readonly token: string | undefined;
  /** The flags by which it was named, for commands that mend it. */
  readonly named: string;
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::']);

/** Whether an address is one of the service. */
export function isOfService({ host, ports }: Pick<ReachableService, 'host' | 'ports'>, url: URL): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return ports.includes(port) && isSameHost(url.hostname.replace(/^\[(.*)\]$/, '$1'), host);
}

/** What a service of these settings can be called on this machine. */
function isSameHost(one: string, other: ServiceSettings['host']): boolean {
  if (one.toLowerCase() === other.toLowerCase() || (LOOPBACK.has(one) && LOOPBACK.has(other))) return true;
  return EVERYWHERE.has(other) && namesOfMachine().has(one.toLowerCase());
}

/** By which other machines reach this one. */
function namesOfMachine(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return new Set([hostname().toLowerCase(), ...addresses.map(({ address }) => address)]);
}
