import { DecodeError, TooManyValuesError } from '../otlp/decode-error.ts';
import { exportAnswer, type OtlpEncoding } from './otlp-answer.ts';
import type { Signal } from './otlp-signal.ts';
import { RefusedError } from './refused-error.ts';
import { gunzip } from './request-body.ts';
import type { Refusals } from './refusals.ts';
import type { RequestBudget, Reservation } from './request-budget.ts';

export interface OtlpReceiver {
  readonly signals: readonly Signal[];
  /** The most that a request may hold, in bytes, also after decompression. */
  readonly limitBytes: number;
  /** Shared by all protocols. */
  readonly budget: RequestBudget;
  readonly refusals: Refusals;
}

export interface ReceivedExport {
  readonly signal: Signal;
  readonly encoding: OtlpEncoding;
  readonly isGzip: boolean;
  readonly body: Buffer;
  readonly room: Reservation;
}

/** Unpacks, decodes and stores one request. @returns The message to answer, in the request's encoding. */
export async function receiveExport(
  { limitBytes, refusals }: OtlpReceiver,
  { signal, encoding, isGzip, body, room }: ReceivedExport,
): Promise<Buffer> {
  const message = isGzip ? await gunzip(body, { limitBytes, room }) : body;
  const { rejectedCount, rejectionReason, warning = '' } = await signal.store(encoding, message);
  refusals.noteRecords(rejectedCount, signal.noun);
  const rejected =
    rejectedCount > 1
      ? `${rejectedCount} ${signal.noun} rejected; the first: ${rejectionReason}`
      : rejectionReason;
  const told = [rejected, warning].filter((text) => text !== '').join('; ');
  return exportAnswer(encoding, signal.rejectedField, rejectedCount, told);
}

/**
 * What a client is told of a failure; what it is not told is logged.
 *
 * @param method - `POST`, or `gRPC`.
 */
export function refusalOf(error: unknown, method: string, path: string, refusals: Refusals): RefusedError {
  const refusal = asRefusal(error);
  // The cause is logged as it is: the message of the refusal often ends with the same words.
  refusals.noteRequest(method, path, refusal.status, refusal.cause);
  return refusal;
}

function asRefusal(error: unknown): RefusedError {
  if (error instanceof RefusedError) return error;
  if (error instanceof DecodeError) return new RefusedError(400, error.message);
  if (error instanceof TooManyValuesError) return new RefusedError(413, error.message);
  return new RefusedError(500, 'The service failed; its log says why.', error);
}
