import type { ServiceSettings } from './service-settings.ts';
import { serviceUrl } from './service-url.ts';

export interface ServiceRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'POST';
  /** A text is sent as it stands. */
  readonly body?: object | string;
  readonly limitMs: number;
}

/** How a WebSocket of a service is opened. */
export interface WebSocketAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends requests to a service, and shows it the token when it wants one. */
export class ServiceConnection {
  readonly url: string;
  readonly #token: string | undefined;
  /** It has asked for a token as our service does: nobody else is shown one. */
  #wantsToken = false;

  constructor({ host, port, token }: Pick<ServiceSettings, 'host' | 'port' | 'token'>) {
    this.url = serviceUrl(host, port);
    this.#token = token;
  }

  /** @throws when nothing answers in time. */
  async fetch(path: string, request: ServiceRequest): Promise<Response> {
    const response = await this.#send(path, request);
    if (this.#token === undefined || this.#wantsToken || !isLocked(response)) return response;
    await response.body?.cancel();
    this.#wantsToken = true;
    return this.#send(path, request);
  }

  webSocket(path: string): WebSocketAddress {
    return { url: `${this.url.replace(/^http/, 'ws')}${path}`, headers: this.#authorization };
  }

  /** What a user does about a service that does not let this one in. */
  lockedMessage(): string {
    return this.#token === undefined
      ? `The service at ${this.url} wants a token: give it with TTA_UI_TOKEN, in the settings file, or with --token.`
      : `The service at ${this.url} wants another token: take the one from the address that it printed at its start.`;
  }

  get #authorization(): Readonly<Record<string, string>> {
    return this.#wantsToken ? { authorization: `Bearer ${this.#token}` } : {};
  }

  #send(path: string, { method, body, limitMs }: ServiceRequest): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...this.#authorization,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      // What is asked is for this address alone, and so is the token.
      redirect: 'error',
      signal: AbortSignal.timeout(limitMs),
    });
  }
}

/** A service of ours wants a token, or another one. */
export function isLocked({ status, headers }: Response): boolean {
  return status === 401 && headers.get('www-authenticate')?.includes('realm="tta-obs"') === true;
}
