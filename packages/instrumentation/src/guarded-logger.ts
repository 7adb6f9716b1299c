import type { LineLevel, LogFields, Logger } from '@tta/obs-context';

/** A logger whose faults, also those of a promise that it returns, go to `onFault` instead of to the run. */
export function guardedLogger(logger: Logger, onFault: (error: unknown) => void): Logger {
  const guard =
    (level: LineLevel) =>
    (message: string, fields?: LogFields): void =>
      guarded(() => logger[level](message, fields), onFault);
  return {
    debug: guard('debug'),
    info: guard('info'),
    warn: guard('warn'),
    error: guard('error'),
    isEnabled(level) {
      try {
        return logger.isEnabled?.(level) ?? true;
      } catch (error) {
        onFault(error);
        return false;
      }
    },
  };
}

/** Calls foreign code that may throw, or return a promise that rejects although it should return nothing. */
export function guarded(call: () => unknown, onFault: (error: unknown) => void): void {
  try {
    const returned = call();
    if (returned instanceof Promise) returned.catch(onFault);
  } catch (error) {
    onFault(error);
  }
}
