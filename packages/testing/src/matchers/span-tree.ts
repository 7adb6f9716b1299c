import { spanForest } from '../drawing/span-forest.ts';
import { traceTrees } from '../drawing/trace-text.ts';
import type { Trace } from '../trace.ts';
import { countText } from '../drawing/count-text.ts';
import { inOrder, type Mark, type MarkedNode } from '../drawing/marked-tree.ts';
import { type Conditions, invalid, isName, requireConditions } from './requirement.ts';
import { type Verdict, verdict } from './verdict.ts';
import { patternConditions, requireSpanPattern, type SpanConditions } from './span-pattern.ts';
import { drawnTrees } from './tree-comparison/drawn-trees.ts';
import { TreeDifference } from './tree-comparison/tree-difference.ts';

/** What is expected of a span, and of what is begun inside it. At least one condition of the span has to be named. */
export interface SpanTreeNode extends SpanConditions {
  /**
   * What was begun in the span, in the order of starts; `'any'`: whatever that is.
   *
   * @defaultValue nothing
   */
  readonly children?: readonly SpanTree[] | 'any';
  /**
   * Whether the children may have begun in any order.
   *
   * @defaultValue whether the span is of a primitive that runs its steps beside each other: parallel, race, settle,
   * foreach, hedge
   */
  readonly unordered?: boolean;
}

/**
 * A span and what there is below it. A text is a span without children: its name, or its line as messages draw it. A
 * text of several lines is whole trees, as messages draw them or with plain indentation.
 */
export type SpanTree = string | SpanTreeNode;

/** Whether a trace consists of these trees, one for each root, with nothing missing and nothing besides. */
export function checkSpanTree(trace: Trace, ...trees: readonly SpanTree[]): Verdict {
  const call = { matcher: 'toHaveSpanTree', expected: trees };
  if (trees.length === 0)
    invalid(call.matcher, 'nothing is expected; it takes a tree for each root of the trace');
  for (const [index, tree] of trees.entries()) requireSpanTree(`${call.matcher}: tree ${index}`, tree);
  const difference = new TreeDifference(trees, spanForest(trace.spans));
  const pass = difference.isNone();
  let drawn: readonly MarkedNode[] | undefined;
  const draw = (): readonly MarkedNode[] => (drawn ??= pass ? traceTrees(trace) : difference.trees());
  const found = (): string => {
    if (pass) return 'The trace is exactly this tree.';
    const counted = countedMarks(draw());
    return difference.isRough ? `${counted} ${roughly}` : counted;
  };
  return verdict(pass, call, found, draw);
}

/** Said where what differs least was too much to look for. */
const roughly =
  'Too many differ to compare all with all: some are paired as they come, and fewer may differ.';

const treeConditions: Conditions<keyof SpanTreeNode> = {
  ...patternConditions,
  children: [(value) => value === 'any' || Array.isArray(value), "a list of trees, or 'any'"],
  unordered: [(value) => typeof value === 'boolean', 'true or false'],
};

function requireSpanTree(where: string, tree: SpanTree): void {
  if (isName(tree)) {
    drawnTrees(tree as string, where);
    return;
  }
  requireConditions(where, tree, treeConditions, 'the name of a span');
  const { children, unordered: _, ...pattern } = tree as SpanTreeNode;
  requireSpanPattern(where, pattern);
  if (children === undefined || children === 'any') return;
  for (const [index, child] of children.entries()) requireSpanTree(`${where}, children[${index}]`, child);
}

const said: readonly (readonly [Mark, string])[] = [
  ['missing', 'missing'],
  ['unexpected', 'not expected'],
  ['different', 'different'],
];

/** `1 span is missing, 2 are not expected.` */
function countedMarks(trees: readonly MarkedNode[]): string {
  const marks = [...inOrder(trees)].map(({ mark }) => mark);
  const counts = said
    .map(([mark, text]) => [marks.filter((each) => each === mark).length, text] as const)
    .filter(([count]) => count > 0);
  return `${counts.map(([count, text], index) => `${index === 0 ? countText(count, 'span is', 'spans are') : `${count} ${count === 1 ? 'is' : 'are'}`} ${text}`).join(', ')}.`;
}
