import { STATUS_CODES } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http2';
import { readGrpcFrame } from './grpc-frame.ts';
import { messageLine } from './message-line.ts';
import { largestAnswerBytes, takenOutcome } from './partial-success.ts';
import { decodeRpcStatus } from './rpc-status.ts';
import type { SendOutcome } from './sender.ts';
import type { Signal } from './signal.ts';

/** What a call was answered. */
export interface GrpcAnswer {
  /** Its headers, or its only trailers, and the trailers. */
  readonly head: IncomingHttpHeaders & { readonly ':status'?: number };
  readonly body: Buffer;
}

/** By their codes (gRPC, "Status codes and their use in gRPC"). */
const statusNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** Codes after which the same request may succeed later (OTLP specification, "Failures" of OTLP/gRPC). */
const retryable: ReadonlySet<string> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
]);
/** Answers of something in between that gRPC takes for UNAVAILABLE (gRPC, "HTTP to gRPC Status Code Mapping"). */
const unavailable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * What an answer to an OTLP request by gRPC means. RESOURCE_EXHAUSTED is worth another attempt only when the
 * destination says when (OTLP specification, "OTLP/gRPC Throttling").
 *
 * @param signal - What was sent.
 * @param secrets - What a message about it may not show.
 */
export async function readGrpcAnswer(
  { head, body }: GrpcAnswer,
  signal: Signal,
  secrets: readonly string[],
): Promise<SendOutcome> {
  const code = head['grpc-status'];
  if (code === undefined) return withoutStatus(head, secrets);
  if (code === '0') {
    const message = await readGrpcFrame(body, head['grpc-encoding'], largestAnswerBytes);
    return takenOutcome(message ?? new Uint8Array(), 'protobuf', signal, secrets);
  }
  const name = statusNames[Number(code)] ?? `status ${String(code)}`;
  const message = percentDecoded(String(head['grpc-message'] ?? ''));
  const error = new Error(messageLine(message ? `${name}: ${message}` : name, secrets));
  const details = head['grpc-status-details-bin'];
  const afterMs =
    details === undefined ? undefined : decodeRpcStatus(Buffer.from(String(details), 'base64'))?.retryAfterMs;
  const isLater = retryable.has(name) || (name === 'RESOURCE_EXHAUSTED' && afterMs !== undefined);
  return isLater ? { kind: 'later', error, afterMs } : { kind: 'refused', error };
}

/** Something answered that does not speak gRPC, or stopped before it was done. */
function withoutStatus(head: GrpcAnswer['head'], secrets: readonly string[]): SendOutcome {
  const { ':status': status = 0, 'content-type': contentType = 'nothing' } = head;
  if (status === 200 && contentType.startsWith('application/grpc'))
    return { kind: 'later', error: new Error('the answer ended without a status'), afterMs: undefined };
  const line = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (unavailable.has(status)) return { kind: 'later', error: new Error(line), afterMs: undefined };
  const text = `${line} with ${contentType}: there is no gRPC service at this address`;
  return { kind: 'refused', error: new Error(messageLine(text, secrets)) };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
