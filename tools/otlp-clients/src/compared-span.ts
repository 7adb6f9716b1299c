import type { SpanDetail, SpanEventJson } from '@tta/obs-protocol';

/** A span as its maker knows it: all that the service answers, but for what it derives from the rest. */
export interface ComparedSpan extends Omit<SpanDetail, 'ai' | 'events' | 'status'> {
  readonly events: readonly Omit<SpanEventJson, 'timeMs'>[];
}

/** What is answered of a span of which nothing is sent but ids, name, kind and times. */
export const plainSpan = {
  parentSpanId: null,
  statusCode: 0,
  statusMessage: null,
  traceState: null,
  flags: 0,
  attributes: {},
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
};

/** What the service answered for all spans of a program, by span id. */
export function comparedSpans(spans: readonly SpanDetail[]): ComparedSpan[] {
  return bySpanId(
    spans.map(({ status: _, ai: __, events, ...span }) => ({
      ...span,
      events: events.map(({ timeMs: ___, ...event }) => event),
    })),
  );
}

export function bySpanId<Item extends { readonly spanId: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1));
}
