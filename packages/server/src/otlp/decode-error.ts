/** A request that is not an OTLP message. The message says what is wrong and where. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
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
  constructor(limit: number) {
    super(`The request holds more than ${limit} records and values: send smaller batches.`);
    this.name = 'TooManyValuesError';
  }
}
