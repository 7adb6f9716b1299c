import type { RefusalStatus } from './refused-error.ts';

export type OtlpEncoding = 'protobuf' | 'json';

/** Codes of gRPC and `google.rpc.Status` for the HTTP statuses that we answer. */
const RPC_CODES: Readonly<Record<RefusalStatus, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 12, // UNIMPLEMENTED
  405: 12,
  408: 4, // DEADLINE_EXCEEDED
  413: 8, // RESOURCE_EXHAUSTED, which senders do not repeat unless it comes with RetryInfo
  415: 12,
  500: 13, // INTERNAL
  503: 14, // UNAVAILABLE
};

export function rpcCode(status: RefusalStatus): number {
  return RPC_CODES[status];
}

export function contentType(encoding: OtlpEncoding): string {
  return encoding === 'json' ? 'application/json' : 'application/x-protobuf';
}

/** How the answer of a signal names what was rejected; in protobuf it is field 1 for all of them. */
export type RejectedField = 'rejectedSpans' | 'rejectedLogRecords' | 'rejectedDataPoints';

/**
 * `Export…ServiceResponse`; `partial_success` stays unset when everything was taken and nothing is to be said. With a
 * message and nothing rejected it is a warning (OTLP, "Partial Success").
 */
export function exportAnswer(
  encoding: OtlpEncoding,
  rejectedField: RejectedField,
  rejectedCount: number,
  message: string,
): Buffer {
  if (encoding === 'json') {
    const answer =
      message === ''
        ? {}
        : { partialSuccess: { [rejectedField]: String(rejectedCount), errorMessage: message } };
    return Buffer.from(JSON.stringify(answer));
  }
  if (message === '') return Buffer.alloc(0);
  const rejected = rejectedCount === 0 ? Buffer.alloc(0) : varintField(1, rejectedCount);
  return lengthDelimited(1, Buffer.concat([rejected, lengthDelimited(2, Buffer.from(message))]));
}

/** `google.rpc.Status` for an HTTP status. */
export function statusAnswer(encoding: OtlpEncoding, status: RefusalStatus, message: string): Buffer {
  const code = rpcCode(status);
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([varintField(1, code), lengthDelimited(2, Buffer.from(message))]);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.from([...varint(field << 3), ...varint(value)]);
}

function lengthDelimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
