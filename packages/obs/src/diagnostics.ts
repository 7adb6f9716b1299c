import { format } from 'node:util';
import { diag, type DiagLogFunction, type DiagLogLevel } from '@opentelemetry/api';
import type { LineLevel, Logger } from '@tta/obs-context';

/**
 * Writes what OpenTelemetry says about itself to the log.
 *
 * @returns Ends it.
 */
export function logDiagnostics(logger: Logger, logLevel: DiagLogLevel): () => void {
  const write =
    (level: LineLevel): DiagLogFunction =>
    (...message) =>
      logger[level](format(...message));
  diag.setLogger(
    {
      error: write('error'),
      warn: write('warn'),
      info: write('info'),
      debug: write('debug'),
      verbose: write('debug'),
    },
    { logLevel, suppressOverrideMessage: true },
  );
  return () => diag.disable();
}
