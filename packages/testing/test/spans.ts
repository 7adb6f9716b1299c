import { SpanKind } from '@opentelemetry/api';
import { attributeNames as names } from '@tta/obs-context';
import type { TraceSpan } from '../src/trace.ts';

/** A span that took no time and succeeded, but for what is said. */
export function spanOf(name: string, said: Partial<TraceSpan> = {}): TraceSpan {
  return {
    name,
    traceId: '1'.repeat(32),
    spanId: name,
    parentSpanId: undefined,
    hasRemoteParent: false,
    kind: SpanKind.INTERNAL,
    attributes: {},
    events: [],
    links: [],
    startMs: 0,
    endMs: 0,
    failed: false,
    statusMessage: undefined,
    ...said,
  };
}

/** What there is below a span, in the order of starts. */
export interface Below {
  readonly name: string;
  /** Of its primitive. */
  readonly type?: string;
  readonly attributes?: TraceSpan['attributes'];
  readonly children?: readonly Below[];
}

/** The spans of trees. */
export function spansOf(...roots: readonly Below[]): TraceSpan[] {
  const spans: TraceSpan[] = [];
  const add = ({ name, type, attributes = {}, children = [] }: Below, parentSpanId?: string): void => {
    const spanId = String(spans.length + 1);
    const all = type === undefined ? attributes : { [names.primitiveType]: type, ...attributes };
    spans.push(spanOf(name, { spanId, parentSpanId, attributes: all }));
    for (const child of children) add(child, spanId);
  };
  for (const root of roots) add(root);
  return spans;
}
