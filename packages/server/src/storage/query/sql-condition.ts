import type { SqlValue } from '../sqlite-driver.ts';

/** A condition that is true or false, never NULL, with the values that are bound to its parameters. */
export interface SqlCondition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export const TRUE: SqlCondition = { sql: '1', values: [] };
export const FALSE: SqlCondition = { sql: '0', values: [] };

/** NULL, as of a column without a value, counts as false. */
export function condition(sql: string, ...values: readonly SqlValue[]): SqlCondition {
  return { sql: `ifnull(${sql}, 0)`, values };
}

/**
 * Between what is true of each row that a query finds (`necessary`) and what is true of none that it does not find
 * (`sufficient`). Where both are one and the same object, SQL answers the query alone.
 */
export interface Bounds {
  readonly necessary: SqlCondition;
  readonly sufficient: SqlCondition;
}

export function exactly(both: SqlCondition): Bounds {
  return { necessary: both, sufficient: both };
}

/** At most what the condition is true of. */
export function atMost(necessary: SqlCondition): Bounds {
  return { necessary, sufficient: FALSE };
}

/** Nothing that SQL could tell. */
export const UNKNOWN: Bounds = { necessary: TRUE, sufficient: FALSE };

export function isExact({ necessary, sufficient }: Bounds): boolean {
  return necessary === sufficient;
}

export function negated(bounds: Bounds): Bounds {
  const sufficient = not(bounds.necessary);
  return isExact(bounds) ? exactly(sufficient) : { necessary: not(bounds.sufficient), sufficient };
}

export function allOf(parts: readonly Bounds[]): Bounds {
  return combined(parts, allTrue);
}

export function anyOf(parts: readonly Bounds[]): Bounds {
  return combined(parts, anyTrue);
}

function combined(
  parts: readonly Bounds[],
  combine: (conditions: readonly SqlCondition[]) => SqlCondition,
): Bounds {
  const necessary = combine(parts.map((part) => part.necessary));
  return parts.every(isExact)
    ? exactly(necessary)
    : { necessary, sufficient: combine(parts.map((part) => part.sufficient)) };
}

export function allTrue(conditions: readonly SqlCondition[]): SqlCondition {
  if (conditions.includes(FALSE)) return FALSE;
  const others = conditions.filter((part) => part !== TRUE);
  return others.length === 0 ? TRUE : joined('AND', others);
}

export function anyTrue(conditions: readonly SqlCondition[]): SqlCondition {
  if (conditions.includes(TRUE)) return TRUE;
  const others = conditions.filter((part) => part !== FALSE);
  return others.length === 0 ? FALSE : joined('OR', others);
}

function not(inner: SqlCondition): SqlCondition {
  if (inner === TRUE) return FALSE;
  return inner === FALSE ? TRUE : { sql: `NOT ${inner.sql}`, values: inner.values };
}

/** In halves: SQLite bounds how deep an expression is nested, and a chain is as deep as it is long. */
function joined(operator: 'AND' | 'OR', conditions: readonly SqlCondition[]): SqlCondition {
  if (conditions.length === 1) return conditions[0]!;
  const middle = conditions.length >> 1;
  const left = joined(operator, conditions.slice(0, middle));
  const right = joined(operator, conditions.slice(middle));
  return {
    sql: `(${left.sql} ${operator} ${right.sql})`,
    values: [...left.values, ...right.values],
  };
}
