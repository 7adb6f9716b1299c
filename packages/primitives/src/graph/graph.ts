import { ObsError } from '@tta/obs-context';
import { nameOf, type PrimitiveLike, requireStep, type Unit, unitOf } from '@tta/obs-instrumentation';
import { Places } from './places.ts';

/** A place in a composition: a primitive, or a function that is a step. The same one in two places is two nodes. */
export interface GraphNode {
  /**
   * The way to it: the edges that lead from the root to it, as in `root/step_1/attempt_{n}`. A `/` in an edge is written
   * `~1` and a `~` is `~0`, as in a JSON Pointer (RFC 6901 §3).
   */
  readonly id: string;
  /** Kind of primitive: `retry`; `lambda` for a function. */
  readonly type: string;
  readonly name: string;
}

/** That one node may run another. */
export interface GraphEdge {
  /** The id of a node. */
  readonly from: string;
  /** The id of a node; that of the same one where it runs itself once more, as a cache does for a refresh. */
  readonly to: string;
  /**
   * Which child it is: `step_0`, `branch_left`, `inner` for an only one. One number stands for all where a run decides how
   * many there are: `attempt_{n}`, `iteration_{i}`, `item_{i}`.
   */
  readonly label: string;
}

/** What a composition is made of, the root first; plain JSON. */
export interface PrimitiveGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

type AnyUnit = Unit<never, unknown>;

/** Steps that share steps have places by the power of their levels. */
const mostNodes = 10_000;

/**
 * Tells what a composition may run, without running it: all nodes in the order in which they were composed, each before
 * those below it. What a function calls by itself is not known before it runs.
 *
 * @throws `OBS_ERR_INVALID_COMPOSITION` for what is no step; `OBS_ERR_GRAPH_SIZE` where it has more than 10,000 places.
 */
export function describe(primitive: PrimitiveLike<never, unknown>): PrimitiveGraph {
  requireStep(primitive, 'describe: the primitive');
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const places = new Places();
  const way = new Map<AnyUnit, string>();
  const visit = (unit: AnyUnit, id: string): void => {
    if (nodes.length === mostNodes) throw tooLarge(primitive);
    nodes.push({ id, type: unit.type, name: unit.name });
    way.set(unit, id);
    for (const { edge, step } of unit.children) {
      const child = unitOf(step, edge);
      // What runs itself again is no further node: there would be no end of them.
      const known = way.get(child);
      const to = known ?? places.below(id, edge);
      edges.push({ from: id, to, label: edge });
      if (known === undefined) visit(child, to);
    }
    way.delete(unit);
  };
  visit(unitOf(primitive, 'inner'), places.root());
  return { nodes, edges };
}

function tooLarge(primitive: PrimitiveLike<never, unknown>): ObsError {
  return new ObsError(
    `describe: "${nameOf(primitive) ?? 'the primitive'}" has more than ${mostNodes} places, because steps that share steps have one for each way to them; describe its parts by themselves`,
    { code: 'OBS_ERR_GRAPH_SIZE', category: 'validation' },
  );
}
