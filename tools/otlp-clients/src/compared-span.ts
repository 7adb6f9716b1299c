import type { SpanDetail } from '@tta/obs-protocol';

/** A span as its maker knows it: all that the service answers, times in nanoseconds since the Unix epoch. */
export interface ComparedSpan extends Omit<SpanDetail, 'events' | 'status'> {
  readonly events: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes: SpanDetail['attributes'];
  }[];
}

/** What the service answered for all spans of a program, by span id; it counts events from the start of their trace. */
export function comparedSpans(spans: readonly SpanDetail[]): ComparedSpan[] {
  const starts = new Map<string, bigint>();
  for (const { traceId, startTimeUnixNano } of spans) {
    const start = BigInt(startTimeUnixNano);
    const known = starts.get(traceId);
    if (known === undefined || start < known) starts.set(traceId, start);
  }
  return bySpanId(
    spans.map(({ status: _, events, ...span }) => ({
      ...span,
      events: events.map(({ name, timeMs, attributes }) => {
        const afterStart = BigInt(Math.round(timeMs * 1e6));
        return { name, timeUnixNano: `${(starts.get(span.traceId) ?? 0n) + afterStart}`, attributes };
      }),
    })),
  );
}

export function bySpanId<Item extends { readonly spanId: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1));
}
