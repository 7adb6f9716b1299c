import type { QueryMatch, QueryQuantity } from '@tta/obs-protocol/query';
import { condition, exactly, UNKNOWN, type Bounds } from './sql-condition.ts';

/** Whether the number that an expression has matches. */
export function numberMatches(expression: string, match: QueryMatch, nowMs: number): Bounds {
  switch (match.kind) {
    case 'present':
      return exactly(condition(`(${expression}) IS NOT NULL`));
    case 'equal':
      return exactly(condition(`(${expression}) = ?`, match.value));
    case 'compare':
      return exactly(condition(`(${expression}) ${match.operator} ?`, numberOf(match.value, nowMs)));
    case 'range':
      return exactly(
        condition(`(${expression}) BETWEEN ? AND ?`, numberOf(match.from, nowMs), numberOf(match.to, nowMs)),
      );
    default:
      return UNKNOWN;
  }
}

/** The least and the most that a number may be which matches. */
export function rangeOf(match: QueryMatch, nowMs: number): readonly [least: number, most: number] {
  switch (match.kind) {
    case 'equal':
      return [match.value, match.value];
    case 'range':
      return [numberOf(match.from, nowMs), numberOf(match.to, nowMs)];
    case 'compare': {
      const bound = numberOf(match.value, nowMs);
      return match.operator.startsWith('>') ? [bound, Infinity] : [-Infinity, bound];
    }
    default:
      return [-Infinity, Infinity];
  }
}

function numberOf(quantity: QueryQuantity, nowMs: number): number {
  return typeof quantity === 'number' ? quantity : nowMs - quantity.agoMs;
}
