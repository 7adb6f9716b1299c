/** Facts of a log line beside its message. Plain values; they end up as JSON. */
export type LogFields = Readonly<Record<string, unknown>>;

/** How grave a log line is, least first. */
export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

/** What the libraries write log lines to. `@tta/obs-logging` implements it; without it lines are dropped. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /**
   * Whether a line of this level goes anywhere, so that nobody puts one together in vain. A logger without it
   * takes every line; one that answers with anything but `true` takes none of that level.
   */
  isEnabled?(level: LineLevel): boolean;
}

const drop = (): void => undefined;

/** Drops every line. */
export const noopLogger: Logger = {
  debug: drop,
  info: drop,
  warn: drop,
  error: drop,
  isEnabled: () => false,
};
