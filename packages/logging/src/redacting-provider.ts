import { diag } from '@opentelemetry/api';
import type {
  AnyValue,
  AnyValueMap,
  LoggerOptions,
  LoggerProvider,
  LogRecord,
  Logger as OtelLogger,
} from '@opentelemetry/api-logs';
import type { Redactor } from './redaction/redactor.ts';

/**
 * Loggers of a provider, for code that knows nothing of secrets: they take them out of the body, the attributes and
 * the exception of each record before any processor has it. A record that cannot be redacted is left out.
 */
export function redactingProvider(provider: LoggerProvider, redactor: Redactor): LoggerProvider {
  return {
    getLogger: (name: string, version?: string, options?: LoggerOptions) =>
      redactingLogger(provider.getLogger(name, version, options), redactor),
  };
}

function redactingLogger(logger: OtelLogger, redactor: Redactor): OtelLogger {
  return {
    enabled: (options) => logger.enabled(options),
    emit(record) {
      let clean: LogRecord;
      try {
        clean = redacted(record, redactor);
      } catch (error) {
        diag.warn('@tta/obs: a log record was left out, it could not be redacted:', error);
        return;
      }
      logger.emit(clean);
    },
  };
}

function redacted(record: LogRecord, redactor: Redactor): LogRecord {
  const { body, attributes, exception } = record;
  return {
    ...record,
    ...(body !== undefined && { body: redactor.value(body) as AnyValue }),
    ...(attributes !== undefined && { attributes: redactor.value(attributes) as AnyValueMap }),
    ...(exception !== undefined && { exception: redactor.value(exception) }),
  };
}
