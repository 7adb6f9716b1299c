import type { ServiceNode } from '@tta/obs-protocol';

const PATHS: Readonly<Record<ServiceNode['kind'], string>> = {
  service: 'M2.500 3h11v4.500h-11zM2.500 8.500h11V13h-11zM5 5.250h.1M5 10.750h.1',
  model: 'M8 2l1.500 4.500L14 8l-4.500 1.500L8 14l-1.500-4.500L2 8l4.500-1.500z',
  database:
    'M3 4.500c0-2.700 10-2.700 10 0v7c0 2.700-10 2.700-10 0zM3 4.500c0 2.700 10 2.700 10 0M3 8c0 2.700 10 2.700 10 0',
  queue: 'M2.500 5h3v6h-3zM6.500 5h3v6h-3zM10.500 5h3v6h-3z',
  remote: 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2M2 8h12M8 2c3.500 3 3.500 9 0 12M8 2c-3.500 3-3.500 9 0 12',
};

/** What somebody calls a node of this kind. */
export const NODE_KIND_TEXT: Readonly<Record<ServiceNode['kind'], string>> = {
  service: 'service',
  model: 'models of',
  database: 'database',
  queue: 'queue',
  remote: 'remote host',
};

/** The glyph of a service, or of what services call. */
export function NodeGlyph({ kind }: { readonly kind: ServiceNode['kind'] }) {
  return (
    <svg class={`glyph node-${kind}`} viewBox="0 0 16 16" role="img" aria-label={NODE_KIND_TEXT[kind]}>
      <title>{NODE_KIND_TEXT[kind]}</title>
      <path d={PATHS[kind]} />
    </svg>
  );
}
