import type { MarkedNode, Note } from './marked-tree.ts';

/** Most lines that are shown of trees: what is longer scrolls away before it can be read. */
const lineLimit = 200;
/** Most notes of one node. */
const noteLimit = 20;
/** Of what a marked node is inside of, so many are shown next to it, and as many from the outside. */
const reach = 30;

interface GrowingNode extends MarkedNode {
  readonly children: MarkedNode[];
}

/** A node and what is next to it. */
interface Place {
  readonly node: MarkedNode;
  readonly parent: Place | undefined;
  before: Place | undefined;
  after: Place | undefined;
  first: Place | undefined;
  isKept: boolean;
  /** Where it is shown, or counted. */
  shown: GrowingNode | undefined;
}

/** The line in place of what is left out. */
class Gap implements GrowingNode {
  readonly children: MarkedNode[] = [];
  #nodes = 0;
  #marked = 0;

  count(node: MarkedNode): void {
    this.#nodes++;
    if (isMarked(node)) this.#marked++;
  }

  get text(): string {
    return `… ${this.#nodes} more${this.#marked > 0 ? `, ${this.#marked} of them marked` : ''}`;
  }
}

/**
 * Trees of which only so much is left as a person reads: what is marked and what it is inside of comes first, then what
 * is next to that; where nothing is marked, the beginning. Lines say what is left out: `… 310 more`.
 *
 * @param limit - Lines that are left, without those for what is left out.
 */
export function shortenedForest(roots: readonly MarkedNode[], limit = lineLimit): readonly MarkedNode[] {
  const places = placesOf(roots);
  const lines = places.reduce((sum, { node }) => sum + 1 + (node.notes?.length ?? 0), 0);
  if (lines <= limit) return roots;
  keepMost(places, limit);
  return keptForest(places);
}

/** The places of all nodes, each before those inside it. */
function placesOf(roots: readonly MarkedNode[]): readonly Place[] {
  const siblings = (nodes: readonly MarkedNode[], parent?: Place): Place[] => {
    const row = nodes.map((node): Place => ({
      node,
      parent,
      before: undefined,
      after: undefined,
      first: undefined,
      isKept: false,
      shown: undefined,
    }));
    for (const [index, place] of row.entries()) {
      place.before = row[index - 1];
      place.after = row[index + 1];
    }
    if (parent) parent.first = row[0];
    return row.toReversed();
  };
  const places: Place[] = [];
  const waiting = siblings(roots);
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    places.push(place);
    for (const child of siblings(place.node.children, place)) waiting.push(child);
  }
  return places;
}

function keepMost(places: readonly Place[], limit: number): void {
  const kept: Place[] = [];
  let left = limit;
  const keep = (place: Place): void => {
    place.isKept = true;
    kept.push(place);
    left -= 1 + shownNotes(place.node).length;
  };
  for (const place of places) {
    if (left <= 0) break;
    if (isMarked(place.node)) for (const each of [place, ...around(place)]) if (!each.isKept) keep(each);
  }
  const [first] = places;
  if (kept.length === 0 && first) keep(first);
  // The list grows while it is walked: what is nearest to what is marked comes first.
  for (const { first: inside, after, before } of kept) {
    for (const next of [inside, after, before]) if (next && !next.isKept && left > 0) keep(next);
  }
}

/** What a node is inside of, without what is far from both ends. */
function around({ parent }: Place): readonly Place[] {
  const path: Place[] = [];
  for (let place = parent; place; place = place.parent) path.push(place);
  return path.length <= 2 * reach ? path : [...path.slice(0, reach), ...path.slice(-reach)];
}

function keptForest(places: readonly Place[]): readonly MarkedNode[] {
  const roots: MarkedNode[] = [];
  for (const place of places) {
    const { node, parent, isKept } = place;
    const siblings = parent?.shown?.children ?? roots;
    if (isKept) {
      siblings.push((place.shown = { ...node, notes: shownNotes(node), children: [] }));
      continue;
    }
    // What is inside something that is left out counts with it.
    const gap = parent?.isKept === false ? parent.shown : siblings.at(-1);
    if (gap instanceof Gap && (gap === parent?.shown || gap.children.length === 0)) place.shown = gap;
    else siblings.push((place.shown = new Gap()));
    (place.shown as Gap).count(node);
  }
  return roots;
}

function shownNotes({ notes = [] }: MarkedNode): readonly Note[] {
  if (notes.length <= noteLimit) return notes;
  return [...notes.slice(0, noteLimit - 1), `… ${notes.length - noteLimit + 1} more`];
}

function isMarked({ mark = 'as expected' }: MarkedNode): boolean {
  return mark !== 'as expected';
}
