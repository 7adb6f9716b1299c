import {
  either,
  is,
  isCount,
  isFinite,
  isFlag,
  isLength,
  isText,
  listOf,
  shape,
  type Check,
} from './json-shape.ts';
import type { ServiceMap } from './service-map.ts';

const map = shape({
  sinceMs: isFinite,
  untilMs: isFinite,
  nodes: listOf(
    shape({
      id: isText,
      name: isText,
      kind: either(is('service'), is('model'), is('database'), is('queue'), is('remote')),
      calls: isCount,
      errors: isCount,
    }),
  ),
  edges: listOf(
    shape({ from: isText, to: isText, calls: isCount, errors: isCount, p50Ms: isLength, p95Ms: isLength }),
  ),
  traceCount: isCount,
  isComplete: isFlag,
});

/** {@link ServiceMap}, and that its edges end at its nodes, each of which is there once. */
export const serviceMapShape: Check = (value) => {
  if (!map(value)) return false;
  const { nodes, edges } = value as ServiceMap;
  const ids = new Set(nodes.map(({ id }) => id));
  return ids.size === nodes.length && edges.every(({ from, to }) => ids.has(from) && ids.has(to));
};
