/** Kinds of span that the page draws alike everywhere: one glyph and one hue each. */
export type SpanKindName =
  | 'sequential'
  | 'parallel'
  | 'retry'
  | 'timeout'
  | 'fallback'
  | 'lambda'
  | 'primitive'
  | 'client'
  | 'server'
  | 'span';

const KNOWN: ReadonlySet<string> = new Set([
  'sequential',
  'parallel',
  'retry',
  'timeout',
  'fallback',
  'lambda',
]);

const OTLP_SERVER = 2;
const OTLP_CLIENT = 3;
const OTLP_PRODUCER = 4;
const OTLP_CONSUMER = 5;

/** The kind of a span from its `primitive.type`, else from its OTLP kind. */
export function kindOf(primitiveType: string | null, otlpKind: number): SpanKindName {
  if (primitiveType !== null) return KNOWN.has(primitiveType) ? (primitiveType as SpanKindName) : 'primitive';
  if (otlpKind === OTLP_CLIENT || otlpKind === OTLP_PRODUCER) return 'client';
  if (otlpKind === OTLP_SERVER || otlpKind === OTLP_CONSUMER) return 'server';
  return 'span';
}

/** What a screen reader and a tooltip say for a kind. */
export function kindText(kind: SpanKindName, primitiveType: string | null): string {
  switch (kind) {
    case 'primitive':
      return primitiveType ?? 'primitive';
    case 'client':
      return 'outgoing call';
    case 'server':
      return 'incoming call';
    default:
      return kind;
  }
}
