import { groupBy, layeredGraph } from './call-graph.ts';
import type { CallGraphEdge } from './call-graph.ts';

export interface MapSizes {
  /** The room that there is; the drawing may be wider where its nodes need more. */
  readonly widthPx: number;
  readonly nodeWidthPx: number;
  readonly nodeHeightPx: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode extends Point {
  readonly id: string;
}

export interface PlacedEdge extends CallGraphEdge {
  readonly isBackward: boolean;
  /** From the edge of one node to that of the other, by way of the gaps between those in the layers between. */
  readonly points: readonly Point[];
  /** Where its figures stand: where it is farthest from others. */
  readonly label: Point;
}

export interface MapLayout {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Upper left corners. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const LEAST_LAYER_GAP_PX = 56;
const MOST_LAYER_GAP_PX = 220;
const ROW_GAP_PX = 16;
/** Height of the gap that an edge has between the nodes of a layer that it passes. */
const LANE_PX = 12;
/** Both directions between two nodes do not lie on each other. */
const BACKWARD_OFFSET_PX = 8;
const SWEEPS = 6;

/** Something in a layer: a node, or an edge that passes it. */
interface Slot {
  readonly key: string;
  readonly heightPx: number;
  /** Slots that it is connected with in the layer before and after. */
  readonly before: Slot[];
  readonly after: Slot[];
  /** Middle. */
  y: number;
}

/** Draws callers left of what they call, with few crossings and short lines. The same graph is drawn the same way. */
export function layoutMap(
  nodeIds: readonly string[],
  calls: readonly CallGraphEdge[],
  { widthPx, nodeWidthPx, nodeHeightPx }: MapSizes,
): MapLayout {
  const { layers: layerIds, edges } = layeredGraph(nodeIds, calls);
  if (layerIds.length === 0) return { widthPx: 0, heightPx: 0, nodes: [], edges: [] };
  const { layers, ways } = slotsOf(layerIds, edges, nodeHeightPx);
  order(layers);
  place(layers);
  const heightPx = moveToTop(layers);

  const room = (widthPx - layers.length * nodeWidthPx) / Math.max(1, layers.length - 1);
  const gapPx = Math.min(MOST_LAYER_GAP_PX, Math.max(LEAST_LAYER_GAP_PX, room));
  const leftOf = (layer: number): number => layer * (nodeWidthPx + gapPx);
  const layerOf = new Map(layerIds.flatMap((ids, layer) => ids.map((id) => [id, layer])));
  const fanOut = groupBy(edges, ({ from }) => from);
  const fanIn = groupBy(edges, ({ to }) => to);
  return {
    widthPx: leftOf(layers.length - 1) + nodeWidthPx,
    heightPx,
    nodes: layers.flatMap((slots, layer) =>
      slots
        .filter(({ key }) => layerOf.has(key))
        .map(({ key, y }) => ({ id: key, x: leftOf(layer), y: y - nodeHeightPx / 2 })),
    ),
    edges: edges.map((edge, index) => {
      const way = ways[index] ?? [];
      const first = layerOf.get(edge.isBackward ? edge.to : edge.from) ?? 0;
      const offset = edge.isBackward ? BACKWARD_OFFSET_PX : 0;
      const forward = way.flatMap(({ y }, at) => {
        const left = leftOf(first + at);
        // An edge passes a layer on a level, so that it does not touch the nodes above and below.
        const isFirst = at === 0;
        const isLast = at === way.length - 1;
        return [
          ...(isFirst ? [] : [{ x: left, y: y + offset }]),
          ...(isLast ? [] : [{ x: left + nodeWidthPx, y: y + offset }]),
        ];
      });
      const points = edge.isBackward ? forward.toReversed() : forward;
      const isNearTarget = (fanOut.get(edge.from)?.length ?? 0) > (fanIn.get(edge.to)?.length ?? 0);
      return { ...edge, points, label: labelPoint(points, isNearTarget) };
    }),
  };
}

/** The path of an edge: level at its ends and wherever it passes a layer. */
export function edgePath(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${px(x)} ${px(y)}`;
      const middle = px((before.x + x) / 2);
      return `C${middle} ${px(before.y)} ${middle} ${px(y)} ${px(x)} ${px(y)}`;
    })
    .join('');
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** On the first or the last bend, nearer to the end at which fewer edges meet. */
function labelPoint(points: readonly Point[], isNearTarget: boolean): Point {
  const [from, to] = isNearTarget ? points.slice(-2) : points;
  if (from === undefined || to === undefined) return { x: 0, y: 0 };
  const t = isNearTarget ? 0.68 : 0.32;
  const s = 1 - t;
  const middle = (from.x + to.x) / 2;
  return {
    x: s ** 3 * from.x + 3 * s * t * middle + t ** 3 * to.x,
    y: (s ** 3 + 3 * s * s * t) * from.y + (3 * s * t * t + t ** 3) * to.y,
  };
}

function slotsOf(
  layerIds: readonly (readonly string[])[],
  edges: readonly (CallGraphEdge & { readonly isBackward: boolean })[],
  nodeHeightPx: number,
): { readonly layers: Slot[][]; readonly ways: Slot[][] } {
  const slot = (key: string, heightPx: number): Slot => ({ key, heightPx, before: [], after: [], y: 0 });
  const layers = layerIds.map((ids) => ids.map((id) => slot(id, nodeHeightPx)));
  const placed = new Map(
    layers.flatMap((slots, layer) => slots.map((of) => [of.key, { slot: of, layer }] as const)),
  );
  const ways = edges.map(({ from, to, isBackward }, index) => {
    const first = placed.get(isBackward ? to : from);
    const last = placed.get(isBackward ? from : to);
    if (first === undefined || last === undefined) return [];
    const between = [];
    for (let layer = first.layer + 1; layer < last.layer; layer++) {
      // Ids have no line break at their beginning: no node is called so.
      const lane = slot(`\n${index}`, LANE_PX);
      layers[layer]?.push(lane);
      between.push(lane);
    }
    const way = [first.slot, ...between, last.slot];
    for (const [at, here] of way.entries()) {
      const next = way[at + 1];
      if (next === undefined) continue;
      here.after.push(next);
      next.before.push(here);
    }
    return way;
  });
  return { layers, ways };
}

/** Puts each slot near the middle of those that it is connected with, from left to right and back. */
function order(layers: Slot[][]): void {
  for (const slots of layers) number(slots);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0;
    for (const slots of isForward ? layers : layers.toReversed()) {
      const wanted = new Map(
        slots.map((slot) => [slot, meanOf(isForward ? slot.before : slot.after, slot.y)]),
      );
      slots.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
      number(slots);
    }
  }
}

/** While slots are put in order, their number among those of the layer is their place, 0 to 1. */
function number(slots: readonly Slot[]): void {
  for (const [index, slot] of slots.entries()) slot.y = (index + 0.5) / slots.length;
}

/** Gives each slot the height at which its lines are straightest, without changing the order or letting any overlap. */
function place(layers: readonly Slot[][]): void {
  for (const slots of layers)
    settle(
      slots,
      slots.map(() => 0),
    );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0;
    for (const slots of isForward ? layers : layers.toReversed()) {
      const wanted = slots.map((slot) => meanOf(isForward ? slot.before : slot.after, slot.y));
      settle(slots, wanted);
    }
  }
}

/** As near to the wanted heights as their distances allow, in least squares: pools neighbours that are in each other's way. */
function settle(slots: readonly Slot[], wanted: readonly number[]): void {
  const offsets: number[] = [];
  for (const [index, slot] of slots.entries()) {
    const above = slots[index - 1];
    offsets.push(
      above === undefined ? 0 : (offsets[index - 1] ?? 0) + (above.heightPx + slot.heightPx) / 2 + ROW_GAP_PX,
    );
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [index, y] of wanted.entries()) {
    let pool = { sum: y - (offsets[index] ?? 0), count: 1 };
    for (let above = pools.at(-1); above !== undefined; above = pools.at(-1)) {
      if (above.sum / above.count <= pool.sum / pool.count) break;
      pool = { sum: above.sum + pool.sum, count: above.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  let index = 0;
  for (const { sum, count } of pools) {
    for (let of = 0; of < count; of++, index++) {
      const slot = slots[index];
      if (slot !== undefined) slot.y = sum / count + (offsets[index] ?? 0);
    }
  }
}

/** @returns The height of the drawing. */
function moveToTop(layers: readonly Slot[][]): number {
  const slots = layers.flat();
  const top = Math.min(...slots.map(({ y, heightPx }) => y - heightPx / 2));
  const bottom = Math.max(...slots.map(({ y, heightPx }) => y + heightPx / 2));
  // On whole pixels, so that lines are sharp.
  for (const slot of slots) slot.y = Math.round(slot.y - top);
  return Math.ceil(bottom - top);
}

function meanOf(slots: readonly Slot[], otherwise: number): number {
  return slots.length === 0 ? otherwise : slots.reduce((sum, { y }) => sum + y, 0) / slots.length;
}
