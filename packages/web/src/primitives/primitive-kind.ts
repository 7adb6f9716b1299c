import type { AiOperation } from '@tta/obs-protocol';

/** Kinds of span that the page draws alike everywhere: one glyph and one hue each. */
export type SpanKindName = keyof typeof TEXTS;

const OTLP_SERVER = 2;
const OTLP_CLIENT = 3;
const OTLP_PRODUCER = 4;
const OTLP_CONSUMER = 5;

/** What a screen reader and a tooltip say for each kind. */
const TEXTS = {
  sequential: 'sequential',
  parallel: 'parallel',
  race: 'race',
  settle: 'settle',
  foreach: 'forEach',
  loop: 'loop',
  retry: 'retry',
  fallback: 'fallback',
  timeout: 'timeout',
  hedge: 'hedge',
  circuit_breaker: 'circuit breaker',
  bulkhead: 'bulkhead',
  rate_limit: 'rate limit',
  cache: 'cache',
  dedupe: 'dedupe',
  conditional: 'conditional',
  switch: 'switch',
  match: 'match',
  router: 'router',
  saga: 'saga',
  approval: 'approval',
  resumable: 'resumable',
  streaming: 'streaming',
  lambda: 'lambda',
  inference: 'model call',
  embeddings: 'embeddings',
  rerank: 'rerank',
  retrieval: 'retrieval',
  tool: 'tool',
  agent: 'agent',
  workflow: 'workflow',
  step: 'step',
  memory: 'memory',
  guardrail: 'guardrail',
  evaluation: 'evaluation',
  primitive: 'primitive',
  client: 'outgoing call',
  server: 'incoming call',
  span: 'span',
} as const;

/** `primitive.type`s that are spans of AI programs. */
const OF_MODELS: ReadonlyMap<string, SpanKindName> = new Map([
  ['llm', 'inference'],
  ['tool', 'tool'],
  ['agent', 'agent'],
]);

/** Not kinds of primitives, so that a primitive of such a name is drawn as any other. */
const NOT_PRIMITIVES: ReadonlySet<string> = new Set(['primitive', 'client', 'server', 'span']);

/** All kinds, for what has to know them all. */
export const spanKinds = Object.keys(TEXTS) as readonly SpanKindName[];

/** The kind of a span from its `primitive.type`, else from what it did as a span of an AI program, else from its OTLP kind. */
export function kindOf(
  primitiveType: string | null,
  otlpKind: number,
  operation: AiOperation | null = null,
): SpanKindName {
  if (primitiveType !== null && Object.hasOwn(TEXTS, primitiveType) && !NOT_PRIMITIVES.has(primitiveType))
    return primitiveType as SpanKindName;
  if (operation !== null && operation !== 'other') return operation;
  if (primitiveType !== null) return OF_MODELS.get(primitiveType) ?? 'primitive';
  if (otlpKind === OTLP_CLIENT || otlpKind === OTLP_PRODUCER) return 'client';
  if (otlpKind === OTLP_SERVER || otlpKind === OTLP_CONSUMER) return 'server';
  return 'span';
}

/** What a screen reader and a tooltip say for a kind; a primitive without a glyph of its own is known by its type. */
export function kindText(kind: SpanKindName, primitiveType: string | null): string {
  return kind === 'primitive' ? (primitiveType ?? TEXTS.primitive) : TEXTS[kind];
}
