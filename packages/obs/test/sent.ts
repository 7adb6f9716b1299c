import type { Receiver } from './receiver.ts';

export interface SentSpan {
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly SentAttribute[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly events: readonly { readonly droppedAttributesCount: number }[];
  readonly links: readonly { readonly droppedAttributesCount: number }[];
}
interface SentAttribute {
  readonly key: string;
  readonly value: object;
}
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly SentAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

/** What arrived as JSON. */
export function sent(received: Receiver): { resource: Record<string, unknown>; spans: readonly SentSpan[] } {
  const requests = received.requests.map(({ text }) => JSON.parse(text) as Sent);
  const parts = requests.flatMap(({ resourceSpans }) => resourceSpans);
  return {
    resource: byKey(parts[0]?.resource.attributes ?? []),
    spans: parts.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  };
}

export function byKey(attributes: readonly SentAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));
}
