import type { ReceivedLogRecord } from './log-batch.ts';
import { checkTime, SPAN_ID, TRACE_ID } from './record-checks.ts';

const HIGHEST_SEVERITY = 24;

/** Fields of a log record before anybody has looked whether they make sense. Ids are hex in either case. */
export type LogDraft = Omit<ReceivedLogRecord, 'traceId' | 'spanId'> & {
  readonly traceId: string;
  readonly spanId: string;
};

/**
 * Turns a draft into a record. As the OTLP schema asks of receivers, an id that is none makes a record
 * without trace or span instead of a bad one; severities beyond 24 become unspecified.
 *
 * @throws UnusableRecordError when a time cannot be stored.
 */
export function finishLogRecord(draft: LogDraft): ReceivedLogRecord {
  checkTime('timeUnixNano', draft.timeUnixNano);
  checkTime('observedTimeUnixNano', draft.observedTimeUnixNano);
  const traceId = draft.traceId.toLowerCase();
  const spanId = draft.spanId.toLowerCase();
  const hasTrace = TRACE_ID.test(traceId);
  return {
    ...draft,
    traceId: hasTrace ? traceId : null,
    spanId: hasTrace && SPAN_ID.test(spanId) ? spanId : null,
    severityNumber: draft.severityNumber <= HIGHEST_SEVERITY ? draft.severityNumber : 0,
  };
}
