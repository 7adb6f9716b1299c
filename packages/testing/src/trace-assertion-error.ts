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
}
