import { DecodeError, TooManyValuesError } from '../otlp/decode-error.ts';
import type { ServiceLogger } from '../logger.ts';
import { exportAnswer, type OtlpEncoding } from './otlp-answer.ts';
import type { Signal } from './otlp-signal.ts';
import { RefusedError } from './refused-error.ts';
import { gunzip } from './request-body.ts';
import type { Refusals } from './refusals.ts';
import type { RequestBudget, Reservation } from './request-budget.ts';
import type { SparseLog } from './sparse-log.ts';

export interface OtlpReceiver {
  readonly signals: readonly Signal[];
  /** The most that a request may hold, in bytes, also after decompression. */
  readonly limitBytes: number;
  /** Shared by all protocols. */
  readonly budget: RequestBudget;
  readonly refusals: Refusals;
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
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
export function refusalOf(
  error: unknown,
  method: string,
  path: string,
  { logger, sparseLog, refusals }: Pick<OtlpReceiver, 'logger' | 'sparseLog' | 'refusals'>,
): RefusedError {
  const refusal = asRefusal(error);
  if (refusal === undefined) {
    refusals.noteFailure();
    sparseLog.say('failed', `${method} ${path} failed`, (line) => logger.error(line, error));
    return new RefusedError(500, 'The service failed; its log says why.');
  }
  const { cause, message, status } = refusal;
  if (cause === undefined) refusals.noteRequest(method, path, status);
  else {
    refusals.noteFailure();
    sparseLog.say('refused', `${method} ${path}: ${message}`, (line) => logger.error(line, cause));
  }
  return refusal;
}

function asRefusal(error: unknown): RefusedError | undefined {
  if (error instanceof RefusedError) return error;
  if (error instanceof DecodeError) return new RefusedError(400, error.message);
  if (error instanceof TooManyValuesError) return new RefusedError(413, error.message);
  return undefined;
}
