/** HTTP statuses with which a request is refused. gRPC answers the code that belongs to them. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 500 | 503;

/** A request that is not served. The message is for the client. */
export class RefusedError extends Error {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RefusedError';
    this.status = status;
  }
}

/** What a status needs beside its message (RFC 9110 §10.2.1, §10.2.3, §11.6.1). */
const REFUSAL_HEADERS: Readonly<Partial<Record<number, Readonly<Record<string, string>>>>> = {
  401: { 'www-authenticate': 'Bearer realm="tta-obs"' },
  405: { allow: 'POST' },
  503: { 'retry-after': '1' },
};

export function refusalHeaders(status: number): Readonly<Record<string, string>> {
  return REFUSAL_HEADERS[status] ?? {};
}
