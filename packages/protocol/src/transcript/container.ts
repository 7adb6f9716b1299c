import type { AiOperation } from '../ai-span.ts';

const CONTAINERS: ReadonlySet<AiOperation> = new Set(['agent', 'workflow', 'step', 'other']);

/** Such a span holds others together, and repeats what these say. */
export function isContainer(operation: AiOperation): boolean {
  return CONTAINERS.has(operation);
}
