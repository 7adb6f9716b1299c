import { DecodeError, TooManyValuesError } from '../otlp/decode-error.ts';
import type { ServiceLogger } from '../logger.ts';
import { exportAnswer, type OtlpEncoding } from './otlp-answer.ts';
import type { Signal } from './otlp-signal.ts';
import { RefusedError } from './refused-error.ts';
import { gunzip } from './request-body.ts';
import type { RequestBudget, Reservation } from './request-budget.ts';
import type { SparseLog } from './sparse-log.ts';

export interface OtlpReceiver {
  readonly signals: readonly Signal[];
  /** The most that a request may hold, in bytes, also after decompression. */
  readonly limitBytes: number;
  /** Shared by all protocols. */
  readonly budget: RequestBudget;
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
  { limitBytes }: OtlpReceiver,
  { signal, encoding, isGzip, body, room }: ReceivedExport,
): Promise<Buffer> {
  const message = isGzip ? await gunzip(body, { limitBytes, room }) : body;
  const { rejectedCount, rejectionReason, warning = '' } = await signal.store(encoding, message);
  const rejected =
    rejectedCount > 1
      ? `${rejectedCount} ${signal.noun} rejected; the first: ${rejectionReason}`
      : rejectionReason;
  const told = [rejected, warning].filter((text) => text !== '').join('; ');
  return exportAnswer(encoding, signal.rejectedField, rejectedCount, told);
}

/** What a client is told of a failure; what it is not told is logged. */
export function refusalOf(
  error: unknown,
  what: string,
  { logger, sparseLog }: Pick<OtlpReceiver, 'logger' | 'sparseLog'>,
): RefusedError {
  if (error instanceof DecodeError) return new RefusedError(400, error.message);
  if (error instanceof TooManyValuesError) return new RefusedError(413, error.message);
  if (error instanceof RefusedError) {
    const { cause, message } = error;
    if (cause !== undefined) {
      sparseLog.say('refused', `${what}: ${message}`, (line) => logger.error(line, cause));
    }
    return error;
  }
  sparseLog.say('failed', `${what} failed`, (line) => logger.error(line, error));
  return new RefusedError(500, 'The service failed; its log says why.');
}
