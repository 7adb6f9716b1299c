export type OtlpEncoding = 'protobuf' | 'json';

/** Codes of `google.rpc.Status` for the HTTP statuses that we answer. */
const RPC_CODES: Readonly<Record<number, number>> = { 400: 3, 403: 7, 404: 5, 413: 3, 415: 3, 503: 14 };
const RPC_INTERNAL = 13;

export function contentType(encoding: OtlpEncoding): string {
  return encoding === 'json' ? 'application/json' : 'application/x-protobuf';
}

/** How the answer of a signal names what was rejected; in protobuf it is field 1 for all of them. */
export type RejectedField = 'rejectedSpans' | 'rejectedLogRecords';

/** `Export…ServiceResponse`; `partial_success` stays unset when everything was taken. */
export function exportAnswer(
  encoding: OtlpEncoding,
  rejectedField: RejectedField,
  rejectedCount: number,
  message: string,
): Buffer {
  if (encoding === 'json') {
    const answer =
      rejectedCount === 0
        ? {}
        : { partialSuccess: { [rejectedField]: String(rejectedCount), errorMessage: message } };
    return Buffer.from(JSON.stringify(answer));
  }
  if (rejectedCount === 0) return Buffer.alloc(0);
  return lengthDelimited(
    1,
    Buffer.concat([varintField(1, rejectedCount), lengthDelimited(2, Buffer.from(message))]),
  );
}

/** `google.rpc.Status` for an HTTP status. */
export function statusAnswer(encoding: OtlpEncoding, httpStatus: number, message: string): Buffer {
  const code = RPC_CODES[httpStatus] ?? RPC_INTERNAL;
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
