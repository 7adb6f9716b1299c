import type { SpanKindName } from './primitive-kind.ts';

/** A drawing of 16 × 16: lines of 1.75, and what is filled. */
export interface GlyphPath {
  readonly stroke: string;
  readonly fill?: string;
}

/** Variants of a kind that say how it went, beside the kinds themselves. */
export type GlyphName =
  SpanKindName | 'undo' | 'cache_hit' | 'cache_miss' | 'cache_stale' | 'circuit_open' | 'circuit_half_open';

const RING = 'M8 2.75a5.25 5.25 0 1 0 0 10.5a5.25 5.25 0 1 0 0-10.5';
const DIAMOND = 'M8 1.75L14.25 8L8 14.25L1.75 8z';

const line = (stroke: string, fill?: string): GlyphPath =>
  fill === undefined ? { stroke } : { stroke, fill };

/** A filled dot for each centre. */
function dots(radius: number, ...centres: readonly (readonly [x: number, y: number])[]): string {
  return centres
    .map(
      ([x, y]) =>
        `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`,
    )
    .join('');
}

const CONTACTS = dots(1.5, [4.5, 10.5], [11.5, 10.5]);

export const GLYPHS: Readonly<Record<GlyphName, GlyphPath>> = {
  sequential: line('M2 8h11M9.5 4.5L13 8l-3.5 3.5'),
  parallel: line('M2 4h12M2 8h12M2 12h12'),
  race: line('M2 4h10.5M10 1.5L12.5 4L10 6.5M2 8.75h6.5M2 12.75h4'),
  settle: line('M2 4h8M2 8h8M2 12h8M13.5 2.5v11'),
  foreach: line('M2.75 3L8 13.5L13.25 3M4.75 7h6.5'),
  loop: line(
    'M3 8.5V7a2.5 2.5 0 0 1 2.5-2.5H13M10.75 2.25L13 4.5l-2.25 2.25M13 7.5V9a2.5 2.5 0 0 1-2.5 2.5H3M5.25 13.75L3 11.5l2.25-2.25',
  ),
  retry: line('M13 8a5 5 0 1 1-1.6-3.7M13 1.75V5H9.75'),
  fallback: line('M2 4h5c3 0 2 8 5 8h1.5M11 9.5l2.5 2.5L11 14.5M10 4h4'),
  timeout: line('M8 3.75a5 5 0 1 0 0 10a5 5 0 1 0 0-10M8 6v3l1.75 1.25M6.25 1.5h3.5'),
  hedge: line('M4.5 13.5V3.5M1.75 6.25L4.5 3.5l2.75 2.75M11.5 13.5v-6M8.75 10.25L11.5 7.5l2.75 2.75'),
  circuit_breaker: line('M1 10.5h14', CONTACTS),
  circuit_open: line('M1 10.5h3.5M11.5 10.5H15M4.5 10.5L9 3.5', CONTACTS),
  circuit_half_open: line('M1 10.5h3.5M11.5 10.5H15M4.5 10.5l6.25-3', CONTACTS),
  bulkhead: line('M2 3.5h12v9H2zM6 3.5v9M10 3.5v9'),
  rate_limit: line('M2.75 12.5a6 6 0 1 1 10.5 0M8 9.5l2.75-3.25'),
  cache: line(`${RING}M5.5 8h5`),
  cache_hit: line(RING, dots(3, [8, 8])),
  cache_miss: line(RING),
  cache_stale: line(RING, 'M8 2.75a5.25 5.25 0 0 0 0 10.5z'),
  dedupe: line('M2 3.5h1.5c3 0 3 4.5 6 4.5M2 12.5h1.5c3 0 3-4.5 6-4.5H14M11.5 5.5L14 8l-2.5 2.5'),
  conditional: line(DIAMOND),
  switch: line(DIAMOND, dots(2, [8, 8])),
  match: line(`${DIAMOND}M5.75 8.25l1.75 1.5l2.75-3.25`),
  router: line('M2 8h3.5L12 3M5.5 8L12 13M9 3h3v2.75M9 13h3v-2.75'),
  saga: line('M2.5 5h11M11 2.5L13.5 5L11 7.5M13.5 11h-11M5 8.5L2.5 11L5 13.5'),
  undo: line('M5.75 2.75L2.5 6l3.25 3.25M2.5 6h7.25a3.75 3.75 0 0 1 0 7.5H6.5'),
  approval: line(
    'M6 2.25a2.25 2.25 0 1 0 0 4.5a2.25 2.25 0 1 0 0-4.5M1.5 13.75c0-3 2-4.5 4.5-4.5s4.5 1.5 4.5 4.5M10.5 6l1.5 1.5L14.75 4',
  ),
  resumable: line('M3.25 3v10M6.75 3l6.5 5l-6.5 5z'),
  streaming: line('M9.5 8h5M12 5.25L14.75 8L12 10.75', dots(1.2, [2, 8], [5.75, 8])),
  lambda: line('M3.5 2.5h2.25L12 13.5M7.25 5.5L3.5 13.5'),
  inference: line(
    'M8 1.5C8.6 5.5 10.5 7.4 14.5 8C10.5 8.6 8.6 10.5 8 14.5C7.4 10.5 5.5 8.6 1.5 8C5.5 7.4 7.4 5.5 8 1.5z',
  ),
  embeddings: line('M2.5 2v11.5H14', dots(1.4, [6, 9.5], [9, 5], [12, 8.5])),
  rerank: line('M4.25 13.5v-11M1.75 5L4.25 2.5L6.75 5M9.5 3.5h5M9.5 8h3.75M9.5 12.5h2.25'),
  retrieval: line('M7 2.25a4.75 4.75 0 1 0 0 9.5a4.75 4.75 0 1 0 0-9.5M10.5 10.5L14 14'),
  tool: line(
    'M13.75 4.5a3.5 3.5 0 0 1-4.75 4.25L4.75 13a1.45 1.45 0 0 1-2-2L7 6.75A3.5 3.5 0 0 1 11.25 2L9.25 4.25l2.25 2.25z',
  ),
  agent: line('M2.75 6h10.5v7.5H2.75zM8 6V3.5', dots(1.1, [5.75, 9.5], [10.25, 9.5], [8, 2.5])),
  workflow: line('M2 2.5h4.5V7H2zM9.5 9h4.5v4.5H9.5zM4.25 7v4.25H9.5'),
  step: line('M8 5.25a2.75 2.75 0 1 0 0 5.5a2.75 2.75 0 1 0 0-5.5'),
  memory: line('M2.5 3h11v3.75h-11zM2.5 9.25h11V13h-11z'),
  guardrail: line('M8 1.75l5.25 2V8c0 3-2.25 5.25-5.25 6.25C5 13.25 2.75 11 2.75 8V3.75z'),
  evaluation: line('M2 4l1.5 1.5L6 2.5M2 11l1.5 1.5L6 9.5M9 4.5h5M9 11.5h5'),
  primitive: line('M8 2.25l5 2.9v5.7l-5 2.9l-5-2.9V5.15z'),
  client: line('M3 13L13 3M6 3h7v7'),
  server: line('M13 3L3 13M3 6v7h7'),
  span: line('M3 8h10'),
};
