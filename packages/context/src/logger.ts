/** Facts of a log line beside its message. Plain values; they end up as JSON. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the libraries write log lines to. `@tta/obs-logging` implements it; without it lines are dropped. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const drop = (): void => undefined;

/** Drops every line. */
export const noopLogger: Logger = { debug: drop, info: drop, warn: drop, error: drop };
