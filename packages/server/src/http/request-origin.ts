import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK_ADDRESS = /^(127(\.[0-9]{1,3}){3}|::1)$/;
const LOOPBACK_NAME = /^([a-z0-9-]+\.)*localhost$/;

/** True for the addresses and names that reach this machine alone: `127.0.0.0/8`, `::1`, `localhost`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return LOOPBACK_ADDRESS.test(name) || LOOPBACK_NAME.test(name);
}

/**
 * Why a request must not be answered, or `null`. A page of another site can reach a local port, directly or
 * by pointing its own name at 127.0.0.1; its browser then tells in `Origin` and `Host`.
 */
export function refusalReason(headers: IncomingHttpHeaders, configuredHost: string): string | null {
  const host = headers.host ?? '';
  const hostname = hostnameOf(host);
  if (hostname === null || !(isLoopback(hostname) || hostname === configuredHost.toLowerCase())) {
    return `Host "${host}" is not a name of this machine: use http://127.0.0.1 or http://localhost.`;
  }
  const { origin } = headers;
  if (origin !== undefined && !isSameOrigin(origin, host)) {
    return `Origin "${origin}" is not the page of this service.`;
  }
  return null;
}

function hostnameOf(host: string): string | null {
  const match = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?$/i.exec(host);
  return match === null ? null : match[1]!.toLowerCase();
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin.toLowerCase() === `http://${host.toLowerCase()}`;
}
