import { type Context, createContextKey, diag, type TextMapGetter } from '@opentelemetry/api';

/** The SDK's own mark on a context in which an exporter talks to its backend. */
const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Whether nothing of this context may leave, because telemetry itself is being sent. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(suppressed) === true;
}

/** Reports what failed. Who listens is the program's, so that may fail as well, and must not be heard here. */
export function warn(what: string, error: unknown): void {
  try {
    diag.warn(`@tta/obs-context: ${what}`, error);
  } catch {
    // There is nobody left to tell.
  }
}

/**
 * The value of a field, those of several joined with commas as HTTP joins them; `undefined` where the
 * carrier has none, has something else than text, or throws.
 */
export function readField<T>(getter: TextMapGetter<T>, carrier: T, field: string): string | undefined {
  try {
    // What a getter returns is up to whoever wrote it.
    const value: unknown = getter.get(carrier, field);
    if (typeof value === 'string') return value;
    return Array.isArray(value) && value.every((part) => typeof part === 'string')
      ? value.join(',')
      : undefined;
  } catch (error) {
    warn(`${field} could not be read from its carrier`, error);
    return undefined;
  }
}
