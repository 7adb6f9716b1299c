import { counted, firstOf, type Finding } from './finding.ts';
import {
  isOrphan,
  processOf,
  spanText,
  type Evidence,
  type StoredSpan,
  type StoredTrace,
} from './evidence.ts';
import { groupBy } from './group-by.ts';
import { originText } from './origin.ts';

/** A parent in another process is sent once it has ended; most calls have by then. */
const LATE_MS = 60_000;

const SERVER = 2;
const CONSUMER = 5;

type Spans = readonly [StoredSpan, ...StoredSpan[]];

export interface OrphansOptions {
  /** Where processes have to send to. */
  readonly url: string;
}

/** Spans that name a parent which never arrived. Those of traces without a root that this process began are `flush`'s. */
export function checkOrphans(evidence: Evidence, { url }: OrphansOptions): readonly Finding[] {
  const remote: StoredSpan[] = [];
  const local: StoredSpan[] = [];
  for (const trace of evidence.traces) {
    // What retention has removed did arrive.
    if (trace.isPartial) continue;
    const isLate = evidence.nowMs - lastEndMs(trace) >= LATE_MS;
    for (const span of trace.spans.filter((each) => isOrphan(each, trace))) {
      if (!isLocal(span)) remote.push(...(isLate ? [span] : []));
      else if (trace.hasRoot && evidence.hasEnded(span.origin)) local.push(span);
    }
  }
  const byScope = groupBy(remote, ({ origin, scopeName }) => `${origin.serviceName}\n${scopeName}`);
  return [
    ...[...byScope.values()].map((spans) => remoteFinding(spans, url)),
    ...[...groupBy(local, processOf).values()].map(localFinding),
  ];
}

/** Its parent is in the same process, for all that can be told. */
export function isLocal({ hasRemoteParent, kind }: StoredSpan): boolean {
  return hasRemoteParent === undefined ? kind !== SERVER && kind !== CONSUMER : !hasRemoteParent;
}

function remoteFinding(spans: Spans, url: string): Finding {
  const [{ origin, scopeName }] = spans;
  return {
    check: 'orphans',
    what: `${counted(spans.length, 'span')} of "${origin.serviceName}" (scope "${scopeName}") were called by another process, whose span never arrived.`,
    evidence: [
      ...firstOf(spans.map((span) => `${spanText(span)} names parent ${span.parentSpanId}`)),
      'the caller hands on trace ids, but does not report here, leaves such traces out, or has not sent its last spans',
    ],
    mend: [
      `# in the environment of whatever calls "${origin.serviceName}":`,
      `export OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_ENDPOINT=${url}`,
      'export OTEL_TRACES_SAMPLER=parentbased_always_on',
    ],
  };
}

function localFinding(spans: Spans): Finding {
  const [{ origin }] = spans;
  const missing = new Set(spans.map(({ parentSpanId }) => parentSpanId)).size;
  return {
    check: 'orphans',
    what: `${originText(origin)} has ended, and ${counted(missing, 'span')} in the midst of its traces never arrived.`,
    evidence: [
      ...firstOf(spans.map((span) => `${spanText(span)} names parent ${span.parentSpanId}`)),
      'a span that is never ended is never sent; of those that are, a full queue drops some',
    ],
    mend: [
      '# end every span, whatever happens:',
      'try { … } finally { span.end(); }',
      '# or, where more spans come at once than the queue takes (2048):',
      'export OTEL_BSP_MAX_QUEUE_SIZE=16384',
    ],
  };
}

function lastEndMs({ spans }: StoredTrace): number {
  return spans.reduce((last, { endMs }) => Math.max(last, endMs), 0);
}
