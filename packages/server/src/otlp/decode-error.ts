/** Parts of a message come from the request, and may be as long as it is. */
const MESSAGE_LENGTH = 500;

/** A request that is not an OTLP message. The message says what is wrong and where. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message.length <= MESSAGE_LENGTH ? message : `${message.slice(0, MESSAGE_LENGTH)}…`);
    this.name = 'DecodeError';
  }
}

/** A span, log record or data point that cannot be stored, in a request that is otherwise good: it is left out and counted. */
export class UnusableRecordError extends DecodeError {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableRecordError';
  }
}

/** A request that would take more memory than its size in bytes lets expect. */
export class TooManyValuesError extends Error {
  constructor(limit: number, of = 'records and values') {
    super(`The request holds more than ${limit} ${of}: send smaller batches.`);
    this.name = 'TooManyValuesError';
  }
}

/** To leave a record out takes as long as to read some hundreds: so many are no accident. */
const UNUSABLE_LIMIT = 10_000;

/** @throws DecodeError when so many records are left out that reading on would only take time. */
export function checkUnusable(count: number, firstReason: string): void {
  if (count <= UNUSABLE_LIMIT) return;
  throw new DecodeError(`more than ${UNUSABLE_LIMIT} records cannot be stored; the first: ${firstReason}`);
}
