import type { AiOperation, PrimitiveFacts, SpanColumns } from '@tta/obs-protocol';

const NONE = -1;
const NO_FACTS: PrimitiveFacts = {};

interface Places {
  /** Where a span stands among those with facts, and among those of AI programs; -1 where it does not. */
  readonly facts: Int32Array;
  readonly ai: Int32Array;
}

const known = new WeakMap<SpanColumns, Places>();

/** What the span of a primitive tells of how it went; empty for others. */
export function factsOf(spans: SpanColumns, span: number): PrimitiveFacts {
  return spans.primitives.facts[placesOf(spans).facts[span] ?? NONE] ?? NO_FACTS;
}

/** Where a span stands in the columns of AI programs; -1 where it does not. */
export function aiPlaceOf(spans: SpanColumns, span: number): number {
  return placesOf(spans).ai[span] ?? NONE;
}

/** What the span of an AI program did; `null` for other spans. */
export function operationOf(spans: SpanColumns, span: number): AiOperation | null {
  return spans.ai.operation[aiPlaceOf(spans, span)] ?? null;
}

function placesOf(spans: SpanColumns): Places {
  let places = known.get(spans);
  if (places === undefined) {
    const count = spans.spanId.length;
    places = { facts: placed(spans.primitives.span, count), ai: placed(spans.ai.span, count) };
    known.set(spans, places);
  }
  return places;
}

function placed(spans: readonly number[], count: number): Int32Array {
  const places = new Int32Array(count).fill(NONE);
  for (let place = 0; place < spans.length; place++) places[spans[place] as number] = place;
  return places;
}
