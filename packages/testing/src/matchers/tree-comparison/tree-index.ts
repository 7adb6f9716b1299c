import type { ExpectedTree, ReceivedTree } from './compared-tree.ts';
import { SpanIndex } from './span-index.ts';

/** A few are asked sooner than fewer are found. */
const few = 4;

/** A tree inside another one. */
export type Inside = Pick<ReceivedTree, 'node'> & { readonly parent: ReceivedTree };

/** All that stand directly inside trees, to be found by their spans. */
export function insideOf(trees: readonly ReceivedTree[]): SpanIndex<Inside> {
  return new SpanIndex(trees.flatMap((parent) => parent.children.map(({ node }) => ({ node, parent }))));
}

/** Finds trees that may be equal to one that is expected without asking all: by its span, and those inside it. */
export class TreeIndex {
  readonly #trees: readonly ReceivedTree[];
  readonly #spans: SpanIndex<ReceivedTree>;
  #inside: SpanIndex<Inside> | undefined;

  constructor(trees: readonly ReceivedTree[]) {
    this.#trees = trees;
    this.#spans = new SpanIndex(trees);
  }

  mayEqual({ pattern, children }: ExpectedTree): readonly ReceivedTree[] {
    let fewest = this.#spans.mayMatch(pattern);
    if (children === 'any') return fewest;
    for (const child of children) {
      if (fewest.length <= few) break;
      this.#inside ??= insideOf(this.#trees);
      const found = this.#inside.mayMatch(child.pattern);
      if (found.length < fewest.length) fewest = [...new Set(found.map(({ parent }) => parent))];
    }
    return fewest;
  }
}
