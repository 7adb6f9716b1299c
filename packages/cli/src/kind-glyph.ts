import type { AiOperation } from '@tta/obs-protocol';

/** What a span is, as far as a glyph tells it. */
export interface SpanKind {
  /** `primitive.type`; `null` for spans of other instrumentations. */
  readonly primitiveType: string | null;
  /** `null` for spans that are not of an AI program. */
  readonly operation: AiOperation | null;
  /** OTLP span kind. */
  readonly otlpKind: number;
  /** What a cache answered, where that is told. */
  readonly cacheOutcome?: string | undefined;
}

const OF_PRIMITIVES: Readonly<Record<string, string>> = {
  sequential: '»',
  parallel: '≡',
  race: '⇉',
  settle: '≣',
  foreach: '∀',
  loop: '↺',
  retry: '↻',
  fallback: '↳',
  timeout: '◔',
  hedge: '⇈',
  circuit_breaker: '⌁',
  bulkhead: '▥',
  rate_limit: '≀',
  cache: '◌',
  dedupe: '∩',
  conditional: '◇',
  switch: '◈',
  match: '❖',
  router: '⋔',
  saga: '⇄',
  approval: '⚑',
  resumable: '▷',
  streaming: '⋯',
  lambda: 'λ',
};

const OF_OPERATIONS: Readonly<Record<AiOperation, string>> = {
  inference: '✦',
  embeddings: '✧',
  rerank: '⇅',
  retrieval: '⌕',
  tool: '⛭',
  agent: '⬢',
  workflow: '⊞',
  step: '∙',
  memory: '▦',
  guardrail: '⛨',
  evaluation: '⊨',
  other: '∘',
};

const OF_CACHES: Readonly<Record<string, string>> = { hit: '●', miss: '○', stale: '◐' };
/** Of `primitive.type`s that are spans of AI programs, when their operation is not told. */
const OF_MODELS: Readonly<Record<string, string>> = { llm: '✦', tool: '⛭', agent: '⬢' };
const COMPENSATION = '↶';
const OTHER_PRIMITIVE = '□';
const OUTGOING = '→';
const INCOMING = '←';
const SPAN = '·';

/** The one glyph of a kind, one column wide. */
export function kindGlyph({ primitiveType, operation, otlpKind, cacheOutcome }: SpanKind): string {
  if (primitiveType === 'cache') return own(OF_CACHES, cacheOutcome ?? '') ?? OF_PRIMITIVES['cache']!;
  if (primitiveType !== null) {
    const known = own(OF_PRIMITIVES, primitiveType);
    if (known !== undefined) return known;
  }
  if (operation !== null) return OF_OPERATIONS[operation];
  if (primitiveType !== null) return own(OF_MODELS, primitiveType) ?? OTHER_PRIMITIVE;
  // Client and producer, server and consumer.
  if (otlpKind === 3 || otlpKind === 4) return OUTGOING;
  return otlpKind === 2 || otlpKind === 5 ? INCOMING : SPAN;
}

/** Of a step that undoes what another one of its saga has done. */
export const compensationGlyph = COMPENSATION;

/** What the glyphs mean, for `--help`: lines of four. */
export function glyphLegend(): string {
  const { cache: _, ...primitives } = OF_PRIMITIVES;
  const { inference, ...operations } = OF_OPERATIONS;
  const entries = [
    ...Object.entries(primitives),
    ['compensation', COMPENSATION],
    ...Object.entries(OF_CACHES).map(([outcome, glyph]) => [`cache ${outcome}`, glyph]),
    ['model', inference],
    ...Object.entries(operations),
    ['outgoing call', OUTGOING],
    ['incoming call', INCOMING],
  ] as const;
  const cells = entries.map(([name, glyph]) => `${glyph} ${name}`.padEnd(19));
  const lines = Array.from({ length: Math.ceil(cells.length / 4) }, (unused, at) =>
    `  ${cells.slice(4 * at, 4 * at + 4).join('')}`.trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
