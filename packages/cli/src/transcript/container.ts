import type { AiOperation } from '@tta/obs-protocol';

const CONTAINERS: ReadonlySet<AiOperation> = new Set(['agent', 'workflow', 'step', 'other']);

/** Such a span holds others together, and repeats what these say. */
export function isContainer(operation: AiOperation): boolean {
  return CONTAINERS.has(operation);
}
