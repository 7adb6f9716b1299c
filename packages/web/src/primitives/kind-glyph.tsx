import type { SpanKindName } from './primitive-kind.ts';

const PATHS: Record<SpanKindName, string> = {
  sequential: 'M2 8h11M9.5 4.5L13 8l-3.5 3.5',
  parallel: 'M2 4.5h12M2 8h12M2 11.5h12',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5V5h-2.6',
  timeout: 'M8 3.5a5 5 0 1 0 0 10a5 5 0 1 0 0-10M8 5.5V9M6.5 1.5h3',
  fallback: 'M2 4h5c3 0 2 8 5 8h1.5M11 9.5l2.5 2.5L11 14.5M10 4h4',
  lambda: 'M4 2.5h1.8L11.5 13.5M7.4 6.5L4 13.5',
  primitive: 'M8 2.5l5 2.8v5.4l-5 2.8l-5-2.8V5.300z',
  client: 'M3 13L13 3M6.500 3H13v6.500',
  server: 'M13 3L3 13M3 6.500V13h6.500',
  span: 'M3 8h10',
};

/** The one glyph of a kind, in its hue. */
export function KindGlyph({ kind, title }: { readonly kind: SpanKindName; readonly title: string }) {
  return (
    <svg class={`glyph kind-${kind}`} viewBox="0 0 16 16" role="img" aria-label={title}>
      <title>{title}</title>
      <path d={PATHS[kind]} />
    </svg>
  );
}
