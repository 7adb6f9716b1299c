/** Who calls whom, as far as the drawing needs it. */
export interface CallGraphEdge {
  readonly from: string;
  readonly to: string;
}

/** An edge of a graph without cycles. */
export interface LayeredEdge extends CallGraphEdge {
  /** Whether it goes against the direction of the drawing: it closes a cycle. */
  readonly isBackward: boolean;
}

export interface LayeredGraph {
  /** Ids of the nodes that call or are called by others, from the callers to what is called. */
  readonly layers: readonly (readonly string[])[];
  /** Of two edges between the same nodes, and of those of a node to itself, none is left. */
  readonly edges: readonly LayeredEdge[];
}

/** Puts nodes into layers, so that each call goes from one layer to a later one, but for those that close a cycle. */
export function layeredGraph(nodeIds: readonly string[], edges: readonly CallGraphEdge[]): LayeredGraph {
  const known = new Set(nodeIds);
  const drawn = distinct(edges.filter(({ from, to }) => from !== to && known.has(from) && known.has(to)));
  const layered = withoutCycles(nodeIds, drawn);
  const layerOf = longestPaths(nodeIds, layered);
  const layers: string[][] = [];
  for (const id of nodeIds) {
    const layer = layerOf.get(id);
    if (layer === undefined) continue;
    while (layers.length <= layer) layers.push([]);
    layers[layer]?.push(id);
  }
  return { layers, edges: layered };
}

function distinct(edges: readonly CallGraphEdge[]): CallGraphEdge[] {
  const seen = new Map(edges.map((edge) => [`${edge.from}\n${edge.to}`, edge]));
  return [...seen.values()];
}

function withoutCycles(nodeIds: readonly string[], edges: readonly CallGraphEdge[]): LayeredEdge[] {
  const outgoing = groupBy(edges, ({ from }) => from);
  const called = new Set(edges.map(({ to }) => to));
  const state = new Map<string, 'open' | 'done'>();
  const backward = new Set<CallGraphEdge>();
  // A stack of its own: a chain of services may be longer than the calls that a page may nest.
  const visit = (start: string): void => {
    if (state.has(start)) return;
    const stack: { readonly id: string; next: number }[] = [{ id: start, next: 0 }];
    state.set(start, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = outgoing.get(top.id)?.[top.next++];
      if (edge === undefined) {
        state.set(top.id, 'done');
        stack.pop();
      } else if (state.get(edge.to) === 'open') backward.add(edge);
      else if (!state.has(edge.to)) {
        state.set(edge.to, 'open');
        stack.push({ id: edge.to, next: 0 });
      }
    }
  };
  // What nobody calls is where calls begin.
  for (const id of nodeIds) if (!called.has(id)) visit(id);
  for (const id of nodeIds) visit(id);
  return edges.map((edge) => ({ from: edge.from, to: edge.to, isBackward: backward.has(edge) }));
}

function longestPaths(nodeIds: readonly string[], edges: readonly LayeredEdge[]): Map<string, number> {
  const forward = edges.map(({ from, to, isBackward }) =>
    isBackward ? { from: to, to: from } : { from, to },
  );
  const outgoing = groupBy(forward, ({ from }) => from);
  const waitingFor = new Map<string, number>();
  for (const { from, to } of forward) {
    waitingFor.set(from, waitingFor.get(from) ?? 0);
    waitingFor.set(to, (waitingFor.get(to) ?? 0) + 1);
  }
  const layerOf = new Map<string, number>();
  const ready = nodeIds.filter((id) => waitingFor.get(id) === 0);
  const sources = [...ready];
  for (const id of ready) layerOf.set(id, 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const { to } of outgoing.get(id) ?? []) {
      layerOf.set(to, Math.max(layerOf.get(to) ?? 0, (layerOf.get(id) ?? 0) + 1));
      const left = (waitingFor.get(to) ?? 0) - 1;
      waitingFor.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  // Who is called by nobody stands right before what it calls, so that its lines are short.
  for (const id of sources) {
    const next = (outgoing.get(id) ?? []).map(({ to }) => layerOf.get(to) ?? 1);
    layerOf.set(id, Math.max(0, Math.min(...next) - 1));
  }
  return layerOf;
}

/** Items by what they have in common, in their order. */
export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
