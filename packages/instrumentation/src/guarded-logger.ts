import type { LineLevel, LogFields, Logger } from '@tta/obs-context';

/** A logger whose faults, also those of a promise that it returns, go to `onFault` instead of to the run. */
export function guardedLogger(logger: Logger, onFault: (error: unknown) => void): Logger {
  const guard =
    (level: LineLevel) =>
    (message: string, fields?: LogFields): void =>
      guarded(() => logger[level](message, fields), onFault);
  let isReported = false;
  // Once: it is asked in every run, and goes on to answer like that.
  const onWrongAnswer = (error: unknown): void => {
    if (!isReported) onFault(error);
    isReported = true;
  };
  return {
    debug: guard('debug'),
    info: guard('info'),
    warn: guard('warn'),
    error: guard('error'),
    isEnabled(level) {
      try {
        if (!logger.isEnabled) return true;
        const answer: unknown = logger.isEnabled(level);
        if (typeof answer === 'boolean') return answer;
        if (answer instanceof Promise) answer.catch(onWrongAnswer);
        throw new TypeError(
          `isEnabled of the logger answers with a value of type ${typeof answer}, not a boolean`,
        );
      } catch (error) {
        onWrongAnswer(error);
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
