import { visibleText } from './visible-text.ts';

/** How a line of a tree differs from what a test expects. */
export type Mark = 'as expected' | 'missing' | 'unexpected' | 'different';

/** A line below that of a node, in the node's colour unless it has colours of its own. */
export type Note = string | ((colors: Colors) => string);

/** A line of a tree, what is noted below it, and the lines inside it. */
export interface MarkedNode {
  readonly text: string;
  readonly mark?: Mark;
  /** Lines between this one and those inside it: what differs, or was logged. */
  readonly notes?: readonly Note[];
  readonly children: readonly MarkedNode[];
}

/** Paints text for a terminal, as the test runner does. */
export interface Colors {
  /** Of what was expected and is not there. */
  readonly expected: (text: string) => string;
  /** Of what is there and was not expected. */
  readonly received: (text: string) => string;
  /** Of what is beside the point. */
  readonly dim: (text: string) => string;
}

const plain = (text: string): string => text;

/** For output that is no terminal. */
export const noColors: Colors = { expected: plain, received: plain, dim: plain };

/** Each mark has a glyph, which says the same without colours. */
const glyphs: Readonly<Record<Mark, string>> = {
  'as expected': ' ',
  missing: '-',
  unexpected: '+',
  different: '≠',
};

/**
 * Draws trees, one line each node; what is marked stands out from what is not. Trees of which all that is too long or
 * too deep has been left out before: see `shortenedForest`.
 *
 * ```
 *   primitive.retry.execute "call" success 300 ms
 *   ├─ primitive.retry.attempt_1 "call" error 0 ms
 * - └─ primitive.retry.attempt_2
 * ```
 */
export function drawTrees(roots: readonly MarkedNode[], colors: Colors = noColors): string {
  const lines: string[] = [];
  const draw = (node: MarkedNode, guide: string, branch: string, inside: string): void => {
    const { mark = 'as expected', notes = [], children } = node;
    const paint =
      mark === 'as expected' ? colors.dim : mark === 'missing' ? colors.expected : colors.received;
    const line = (guides: string, text: string): string =>
      `${mark === 'as expected' ? glyphs[mark] : paint(glyphs[mark])} ${guides === '' ? '' : colors.dim(guides)}${text}`;
    lines.push(line(guide + branch, paint(visibleText(node.text))));
    const below = guide + inside;
    const noteGuide = below + (children.length > 0 ? '│  ' : '   ');
    for (const note of notes) {
      lines.push(line(noteGuide, typeof note === 'string' ? paint(visibleText(note)) : note(colors)));
    }
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      draw(child, below, isLast ? '└─ ' : '├─ ', isLast ? '   ' : '│  ');
    }
  };
  for (const root of roots) draw(root, '', '', '');
  return lines.join('\n');
}

/** What the marks in trees stand for, in a line: `- missing   ≠ different`; empty where nothing is marked. */
export function legendText(roots: readonly MarkedNode[]): string {
  const used = new Set<Mark>();
  for (const { mark } of inOrder(roots)) if (mark !== undefined) used.add(mark);
  used.delete('as expected');
  return [...used].map((mark) => `${glyphs[mark]} ${mark}`).join('   ');
}

/** All nodes of trees, each before what is inside it, however deep that is. */
export function* inOrder(roots: readonly MarkedNode[]): Generator<MarkedNode> {
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    for (const child of node.children.toReversed()) waiting.push(child);
  }
}
