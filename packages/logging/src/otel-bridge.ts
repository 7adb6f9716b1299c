import { type Context, diag } from '@opentelemetry/api';
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
    // A processor that logs would be given its own line for ever.
    if (this.#isEmitting) return;
    this.#isEmitting = true;
    const time: [number, number] = [Math.floor(line.timeMs / 1_000), Math.round((line.timeMs % 1_000) * 1e6)];
    try {
      this.#logger.emit({
        timestamp: time,
        observedTimestamp: time,
        severityNumber: severityNumbers[line.level],
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
 * Attributes of a log record: objects become dotted names, lists of one simple type stay lists, other lists become
 * JSON. The first error among the fields is described by `exception.*` (semantic conventions for exceptions in logs).
 */
function recordAttributes(line: LogLine): AnyValueMap {
  const attributes: AnyValueMap = {};
  const { ids } = line;
  const fields = allFields(line);
  const exception = line.errors.find((key) => isErrorValue(fields[key]));
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (key === exception) addException(attributes, key, value as Readonly<Record<string, unknown>>);
    else addFlat(attributes, key, value);
  }
  for (const [id, name] of attributeOfId) {
    const value = ids[id];
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function addException(attributes: AnyValueMap, key: string, error: Readonly<Record<string, unknown>>): void {
  const { name, message, stack, ...rest } = error;
  attributes['exception.type'] = name as string;
  attributes['exception.message'] = message as string;
  attributes['exception.stacktrace'] = stack as string;
  addFlat(attributes, key, rest);
}

function addFlat(attributes: AnyValueMap, name: string, value: unknown): void {
  if (value === null || value === undefined || name === '') return;
  if (typeof value !== 'object') attributes[name] = value as AnyValue;
  else if (Array.isArray(value)) attributes[name] = isSimpleList(value) ? value : JSON.stringify(value);
  else for (const [key, item] of Object.entries(value)) addFlat(attributes, `${name}.${key}`, item);
}

function isSimpleList(list: readonly unknown[]): list is (string | number | boolean)[] {
  const type = typeof list[0];
  return list.every((item) => typeof item === type && typeof item !== 'object');
}
