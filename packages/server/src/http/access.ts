import type { IncomingHttpHeaders } from 'node:http2';
import { AccessToken } from './access-token.ts';
import { RefusedError } from './refused-error.ts';

const LOOPBACK_ADDRESS = /^(127(\.[0-9]{1,3}){3}|::1)$/;
const LOOPBACK_NAME = /^([a-z0-9-]+\.)*localhost$/;
const ANY_ADDRESS = /^(0\.0\.0\.0|::)$/;
const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?$/;
const COOKIE = 'tta-token';

/** True for the addresses and names that reach this machine alone: `127.0.0.0/8`, `::1`, `localhost`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return LOOPBACK_ADDRESS.test(name) || LOOPBACK_NAME.test(name);
}

export interface AccessOptions {
  /** The name or address that the service listens on. */
  readonly host: string;
  /** When given, every request must show it. 16 to 256 printable characters. */
  readonly token?: string;
}

/** The connection that a request came by. */
export interface Connection {
  readonly localAddress?: string | undefined;
}

/** Decides which requests are served at all; the same for every protocol. */
export class Access {
  readonly #host: string;
  readonly #listensEverywhere: boolean;
  readonly #token: AccessToken | undefined;

  /** @throws ServiceError when the token cannot be used. */
  constructor({ host, token }: AccessOptions) {
    this.#host = host.toLowerCase();
    this.#listensEverywhere = ANY_ADDRESS.test(host);
    this.#token = token === undefined ? undefined : new AccessToken(token);
  }

  /**
   * A page of another site can reach a local port, directly or by pointing its own name at 127.0.0.1; its browser then
   * tells in `Origin` and `Host`. Such a page cannot know the token: who shows it may call this machine as he likes.
   *
   * @throws RefusedError with 403 for a foreign `Origin`, or a foreign `Host` without the token, 401 without the token.
   */
  check(headers: IncomingHttpHeaders, connection: Connection): void {
    checkOrigin(headers);
    if (this.#token !== undefined && this.#showsToken(this.#token, headers)) return;
    this.#checkHost(hostOf(headers), connection);
    if (this.#token === undefined) return;
    throw new RefusedError(
      401,
      'The service wants the token that it printed at its start. Programs with @tta/obs and tta-obs: set TTA_UI_TOKEN. Others: send the header x-tta-token. Browsers: open the printed address.',
    );
  }

  /**
   * The `Set-Cookie` for a browser that shows the token in its address, or `null` when it is not the token.
   *
   * @throws RefusedError with 403 for the token from a foreign `Origin`.
   */
  cookieFor(shown: string, headers: IncomingHttpHeaders): string | null {
    if (this.#token?.matches(shown) !== true) return null;
    checkOrigin(headers);
    return `${COOKIE}=${this.#token.cookieValue}; Path=/; HttpOnly; SameSite=Strict`;
  }

  #checkHost(host: string, connection: Connection): void {
    if (this.#isOurs(hostnameOf(host), connection)) return;
    const way =
      this.#token === undefined
        ? 'or start the service with a token (--token) and send that'
        : 'or show the token, with which any name is taken: as TTA_UI_TOKEN of @tta/obs and tta-obs, in the header x-tta-token, or in a browser with the address printed at the start';
    throw new RefusedError(
      403,
      `Host "${host}" is not a name of this machine: use http://127.0.0.1 or http://localhost, ${way}.`,
    );
  }

  #isOurs(hostname: string | null, connection: Connection): boolean {
    if (hostname === null || ANY_ADDRESS.test(hostname)) return false;
    if (isLoopback(hostname) || hostname === this.#host) return true;
    // The address that was dialled is one of this machine's own.
    return this.#listensEverywhere && hostname === connection.localAddress?.replace(/^::ffff:/, '');
  }

  #showsToken(token: AccessToken, headers: IncomingHttpHeaders): boolean {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined && token.matches(bearer)) return true;
    const header = headers['x-tta-token'];
    if (typeof header === 'string' && token.matches(header)) return true;
    const cookie = cookieOf(headers.cookie ?? '');
    return cookie !== undefined && token.matchesCookie(cookie);
  }
}

/** @throws RefusedError with 403 for the page of another site. */
function checkOrigin(headers: IncomingHttpHeaders): void {
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${hostOf(headers)}`) {
    throw new RefusedError(403, `Origin "${origin}" is not the page of this service.`);
  }
}

function hostOf(headers: IncomingHttpHeaders): string {
  return (headers[':authority'] ?? headers.host ?? '').toLowerCase();
}

function hostnameOf(host: string): string | null {
  const match = HOST.exec(host);
  return match === null ? null : (match[1] ?? match[2]!);
}

function cookieOf(header: string): string | undefined {
  const pair = header.split(';').find((part) => part.trim().startsWith(`${COOKIE}=`));
  return pair?.trim().slice(COOKIE.length + 1);
}
