import { GLYPHS } from './glyph-paths.ts';
import type { GlyphName } from './glyph-paths.ts';
import type { SpanKindName } from './primitive-kind.ts';

export interface KindGlyphProps {
  readonly kind: SpanKindName;
  /** How it went, where that has a glyph of its own: a hit of a cache, an open circuit. */
  readonly variant?: GlyphName | undefined;
  /** What a screen reader and a tooltip say; without it the glyph repeats what is said beside it. */
  readonly title?: string | undefined;
}

/** The one glyph of a kind, in its hue. */
export function KindGlyph({ kind, variant, title }: KindGlyphProps) {
  const { stroke, fill } = GLYPHS[variant ?? kind];
  return (
    <svg
      class={`glyph kind-${kind}${variant === 'undo' ? ' is-undo' : ''}`}
      viewBox="0 0 16 16"
      role={title === undefined ? undefined : 'img'}
      aria-label={title}
      aria-hidden={title === undefined ? 'true' : undefined}
    >
      {title !== undefined && <title>{title}</title>}
      <path d={stroke} />
      {fill !== undefined && <path class="glyph-fill" d={fill} />}
    </svg>
  );
}
