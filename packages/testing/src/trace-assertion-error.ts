/**
 * A trace is not what a test expects; the message shows it.
 *
 * No `AssertionError` of node:assert: Jest puts a text of its own around these, about values that there are none of.
 */
export class TraceAssertionError extends Error {
  override readonly name = 'TraceAssertionError';

  /** @param caller - What the stack leaves out, so that it begins with the test. */
  constructor(message: string, caller: (...args: never[]) => unknown) {
    super(message);
    Error.captureStackTrace(this, caller);
  }

  /** The same error, made where the stack leads to the test, with what is known only now. */
  saying(message: string): this {
    // Read before the message changes: V8 puts a stack together when it is first read.
    const frames = this.stack?.split('\n').slice(1) ?? [];
    this.message = message;
    this.stack = [`${this.name}: ${message}`, ...frames].join('\n');
    return this;
  }
}
