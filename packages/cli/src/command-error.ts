/** A command cannot do what was asked. The message is one line for the user. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** The command line or a `TTA_UI_*` variable is wrong. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(2, message);
  }
}
