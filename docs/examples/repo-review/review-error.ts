/** A fault that the user can mend: printed as one line, `error: <message>`, without a stack. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
  /** Exit status of the process: 2 for a wrong command line, 1 for everything else. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
