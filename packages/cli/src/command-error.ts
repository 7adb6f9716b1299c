/** A command cannot do what was asked. The message is one line for the user. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** The command line, a `TTA_UI_*` variable or the settings file is wrong. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(2, message);
  }
}

/** A service has no such trace, or none at all. */
export function noSuchTrace(url: string, traceId: string): CommandError {
  return new CommandError(
    1,
    traceId === 'latest'
      ? `The service at ${url} has no traces yet.`
      : `The service at ${url} has no trace ${traceId}: it may have been removed by retention.`,
  );
}
