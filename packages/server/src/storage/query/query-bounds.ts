import type { FilterNode, QueryNode, SomeNode } from '@tta/obs-protocol/query';
import { allOf, anyOf, negated, type Bounds } from './sql-condition.ts';

/** What SQL can tell of the leaves of a query. */
export interface LeafBounds {
  filter(node: FilterNode): Bounds;
  some(node: SomeNode): Bounds;
}

/** What SQL can tell by a query. */
export function queryBounds(node: QueryNode, leaves: LeafBounds): Bounds {
  switch (node.kind) {
    case 'and':
      return allOf(node.children.map((child) => queryBounds(child, leaves)));
    case 'or':
      return anyOf(node.children.map((child) => queryBounds(child, leaves)));
    case 'not':
      return negated(queryBounds(node.child, leaves));
    case 'some':
      return leaves.some(node);
    case 'filter':
      return leaves.filter(node);
  }
}
