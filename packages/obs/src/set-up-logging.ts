import { instrumentationScope, type Logger } from '@tta/obs-context';
import { createLogger, type LoggerOptions, startLogging, type StructuredLogger } from '@tta/obs-logging';
import { startLogExport } from '@tta/obs-tracing';
import { consoleLogProcessor } from './console-log-processor.ts';
import { finishInTurn, limitOfOneMs } from './finish-in-turn.ts';
import type { RunningSignal } from './running-signal.ts';
import type { SetUp } from './set-up.ts';

export interface RunningLogging extends RunningSignal {
  /** Prints lines, and sends them where log records go. */
  readonly logger: StructuredLogger;
  /** The same for lines about many runs: sampling leaves none of them out. */
  readonly notices: Logger;
}

/** @throws `OBS_ERR_INVALID_OPTION` for a destination that cannot be used. */
export function setUpLogging(setUp: SetUp): RunningLogging {
  const { env, resource, destinations, printing, onTrouble } = setUp;
  let isOver = false;
  const exports = destinations.logs.map((destination) => ({
    destination,
    processor: startLogExport(destination, {
      resource,
      onTrouble(trouble) {
        // What is written while the process exits was printed; another line about each would help nobody.
        if (!isOver) onTrouble(destination, trouble);
      },
    }),
  }));
  const processors = [
    ...exports.map(({ processor }) => processor),
    ...(env.exporters.logs?.includes('console') ? [consoleLogProcessor()] : []),
  ];
  const logging =
    processors.length > 0
      ? startLogging({ resource, processors, limits: env.logRecordLimits, redactor: printing.redactor })
      : undefined;
  // The page and a backend are where one looks for what a terminal would be flooded with.
  const level = printing.lines.level === 'debug' ? 'debug' : 'info';
  const sentLines: Pick<LoggerOptions, 'otel'> = logging
    ? { otel: { logger: logging.getLogger(instrumentationScope), level } }
    : {};
  const logger = createLogger({ ...printing.lines, ...sentLines });
  return {
    logger,
    notices: printing.lines.sampling ? createLogger({ ...printing.notices, ...sentLines }) : logger,
    counts: () => new Map(exports.map(({ destination, processor }) => [destination.name, processor.counts])),
    flush: async (limitMs) => void (await Promise.all([logger.flush(limitMs), logging?.flush(limitMs)])),
    finishNow(limitMs) {
      const all = exports.map(({ processor }) => processor);
      finishInTurn(all, limitMs, limitOfOneMs);
      isOver = true;
    },
    shutdown: async (limitMs) => logging?.shutdown(limitMs),
  };
}
