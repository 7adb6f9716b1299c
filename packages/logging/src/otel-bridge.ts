import { type Context, createContextKey, diag } from '@opentelemetry/api';
import type { AnyValue, AnyValueMap, Logger as OtelLogger } from '@opentelemetry/api-logs';
import { attributeNames, type Clock, type LineLevel } from '@tta/obs-context';
import { isErrorValue } from './error-block.ts';
import { allFields, type LineIds, type LogLine } from './log-line.ts';

/** OpenTelemetry logs data model, severity numbers. */
const severityNumbers: Readonly<Record<LineLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

/** The trace and the span go with the context. */
const attributeOfId: readonly (readonly [keyof LineIds, string])[] = [
  ['correlation_id', attributeNames.correlationId],
  ['workflow_id', attributeNames.workflowId],
  ['workflow_name', attributeNames.workflowName],
  ['agent_id', attributeNames.agentId],
  ['session_id', attributeNames.sessionId],
  ['user_id', attributeNames.userId],
  ['request_id', attributeNames.requestId],
];
const reportEveryMs = 60_000;
/** The SDK keeps 128 attributes; ids and the exception come on top of these. */
const mostFlat = 64;
const widestFlat = 32;
/** What the OpenTelemetry SDK marks the contexts with in which exporters run; such a key is the same in all packages. */
const exporting = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Hands lines to OpenTelemetry. A fault in it stops neither the program nor the printed line. */
export class OtelBridge {
  readonly #logger: OtelLogger;
  readonly #clock: Clock;
  #isEmitting = false;
  #reportedAtMs = -Infinity;
  /** Lines that OpenTelemetry did not take. */
  lost = 0;

  constructor(logger: OtelLogger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** @param active - The context that the line was written in; the record has its trace and span. */
  emit(line: LogLine, active: Context): void {
    // A processor or an exporter that logs would be given its own line for ever.
    if (this.#isEmitting || active.getValue(exporting) === true) {
      this.lost++;
      return;
    }
    this.#isEmitting = true;
    const time: [number, number] = [Math.floor(line.timeMs / 1_000), Math.round((line.timeMs % 1_000) * 1e6)];
    const severityNumber = severityNumbers[line.level];
    try {
      // None is taken after the provider was shut down.
      if (!this.#logger.enabled({ context: active, severityNumber })) {
        this.lost++;
        return;
      }
      this.#logger.emit({
        timestamp: time,
        observedTimestamp: time,
        severityNumber,
        severityText: line.level,
        body: line.message,
        attributes: recordAttributes(line),
        context: active,
      });
    } catch (error) {
      this.#report(error);
    } finally {
      this.#isEmitting = false;
    }
  }

  #report(error: unknown): void {
    this.lost++;
    const now = this.#clock.monotonic();
    if (now - this.#reportedAtMs < reportEveryMs) return;
    this.#reportedAtMs = now;
    diag.warn(`@tta/obs: OpenTelemetry did not take ${this.lost} log lines so far:`, error);
  }
}

/**
 * Attributes of a log record: ids, then the first error among the fields as `exception.*` (semantic conventions for
 * exceptions in logs), then fields, because the SDK drops the last when there are too many. Objects become dotted
 * names, lists of one simple type stay lists; other lists, and objects once there are many names, become JSON.
 */
function recordAttributes(line: LogLine): AnyValueMap {
  const attributes: AnyValueMap = {};
  const { ids } = line;
  for (const [id, name] of attributeOfId) {
    const value = ids[id];
    if (value !== undefined) attributes[name] = value;
  }
  const fields = allFields(line);
  const exception = line.errors.find((key) => isErrorValue(fields[key]));
  let causes: Readonly<Record<string, unknown>> | undefined;
  if (exception !== undefined) {
    const { name, message, stack, ...rest } = fields[exception] as Readonly<Record<string, unknown>>;
    attributes['exception.type'] = name as string;
    attributes['exception.message'] = message as string;
    attributes['exception.stacktrace'] = stack as string;
    causes = rest;
  }
  const room = { left: mostFlat };
  for (const key of Object.keys(fields))
    addFlat(attributes, key, key === exception ? causes : fields[key], room);
  return attributes;
}

/** Adds a value under a name that is not taken. */
function addFlat(attributes: AnyValueMap, name: string, value: unknown, room: { left: number }): void {
  if (value === null || value === undefined || name === '') return;
  if (typeof value === 'object' && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length <= Math.min(widestFlat, room.left)) {
      for (const [key, item] of entries) addFlat(attributes, `${name}.${key}`, item, room);
      return;
    }
  }
  if (Object.hasOwn(attributes, name)) return;
  room.left--;
  if (typeof value !== 'object') attributes[name] = value as AnyValue;
  else attributes[name] = Array.isArray(value) && isSimpleList(value) ? value : JSON.stringify(value);
}

function isSimpleList(list: readonly unknown[]): list is (string | number | boolean)[] {
  const type = typeof list[0];
  return list.every((item) => typeof item === type && typeof item !== 'object');
}
