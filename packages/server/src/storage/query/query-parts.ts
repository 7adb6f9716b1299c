import type { FilterNode, QueryNode, SomeNode } from '@tta/obs-protocol/query';

/** Names of all fields that a query asks for, and of the one that each span has. */
export function fieldsOf(node: QueryNode): ReadonlySet<string> {
  const fields = new Set<string>([TRUE_OF_ALL.field]);
  const visit = (part: QueryNode): void => {
    if (part.kind === 'filter') fields.add(part.field);
    else for (const child of childrenOf(part)) visit(child);
  };
  visit(node);
  return fields;
}

/** How many filters a query has. */
export function termCount(node: QueryNode): number {
  if (node.kind === 'filter') return 1;
  return childrenOf(node).reduce((count, child) => count + termCount(child), 0);
}

/** The parts that ask of any span, but not those within them. */
export function outermostSome(node: QueryNode): readonly SomeNode[] {
  return node.kind === 'some' ? [node] : childrenOf(node).flatMap(outermostSome);
}

/** The query with the answers in the place of these parts: what is left asks of one span. */
export function withAnswers(node: QueryNode, answer: (some: SomeNode) => boolean): QueryNode {
  switch (node.kind) {
    case 'filter':
      return node;
    case 'some':
      return answer(node) ? TRUE_OF_ALL : FALSE_OF_ALL;
    case 'not':
      return { ...node, child: withAnswers(node.child, answer) };
    default:
      return { ...node, children: node.children.map((child) => withAnswers(child, answer)) };
  }
}

/** Each span has a status. */
const TRUE_OF_ALL: FilterNode = {
  kind: 'filter',
  field: 'status',
  anyOf: [{ kind: 'present' }],
  start: 0,
  end: 0,
};
const FALSE_OF_ALL: QueryNode = { kind: 'not', child: TRUE_OF_ALL, start: 0, end: 0 };

function childrenOf(node: QueryNode): readonly QueryNode[] {
  if (node.kind === 'filter') return [];
  return 'children' in node ? node.children : [node.child];
}
