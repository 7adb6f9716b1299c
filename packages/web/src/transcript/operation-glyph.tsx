import type { AiOperation } from '@tta/obs-protocol';

const PATHS: Partial<Record<AiOperation, string>> = {
  // A bubble with a spark; a spanner; a head.
  inference: 'M2.5 3.5h11v7.500h-6.500l-3 2.500v-2.500h-1.500zM8 5v4M6 7h4',
  tool: 'M10.500 2.500a3.500 3.500 0 0 0-3.300 4.700L2.500 12l1.500 1.500l4.800-4.700a3.500 3.500 0 0 0 4.500-4.300L11 6.700L9.300 5z',
  agent: 'M3.500 6h9v6.500h-9zM8 6V3.500M6.300 9h.1M9.700 9h.1',
  retrieval: 'M7 2.800a4.200 4.200 0 1 0 0 8.400a4.200 4.200 0 1 0 0-8.400M10.200 10.200L13.500 13.500',
  embeddings: 'M3 3h.1M8 3h.1M13 3h.1M3 8h.1M8 8h.1M13 8h.1M3 13h.1M8 13h.1M13 13h.1',
};

const NAMES: Partial<Record<AiOperation, string>> = { inference: 'call of a model' };

/** What kind of span of an AI program it is. */
export function OperationGlyph({ operation }: { readonly operation: AiOperation }) {
  const name = NAMES[operation] ?? operation;
  return (
    <svg class="glyph operation" viewBox="0 0 16 16" role="img" aria-label={name}>
      <title>{name}</title>
      <path d={PATHS[operation] ?? 'M3 8h10'} />
    </svg>
  );
}
