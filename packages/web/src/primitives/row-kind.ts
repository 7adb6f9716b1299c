import { factsOf, operationOf } from '../tree/row-columns.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import type { GlyphName } from './glyph-paths.ts';
import { kindOf } from './primitive-kind.ts';
import type { SpanKindName } from './primitive-kind.ts';
import { undoes } from './step-rows.ts';

/** The kind of what a row shows: of the primitive, not of the step that it is. */
export function rowKind(tree: SpanTree, row: number): SpanKindName {
  const span = tree.inner[row] as number;
  const { primitiveType, kind } = tree.spans;
  return kindOf(primitiveType[span] ?? null, kind[span] ?? 0, operationOf(tree.spans, span));
}

const CACHE_GLYPHS = { hit: 'cache_hit', miss: 'cache_miss', stale: 'cache_stale' } as const;
const CIRCUIT_GLYPHS: ReadonlyMap<string, GlyphName> = new Map([
  ['open', 'circuit_open'],
  ['half_open', 'circuit_half_open'],
]);

/** The glyph that says how it went, where the kind has such ones; else `undefined`. */
export function rowGlyph(tree: SpanTree, row: number): GlyphName | undefined {
  if (undoes(tree, row)) return 'undo';
  const span = tree.inner[row] as number;
  const { cacheOutcome, circuitState = '' } = factsOf(tree.spans, span);
  if (cacheOutcome !== undefined && tree.spans.primitiveType[span] === 'cache')
    return CACHE_GLYPHS[cacheOutcome];
  return CIRCUIT_GLYPHS.get(circuitState);
}
