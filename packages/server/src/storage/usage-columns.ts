import type { AiUsage } from '@tta/obs-protocol';
import type { SqlRow } from './sqlite-driver.ts';

/** The columns of all tables that sum up usage, in the order of the fields of `AiUsage`. */
export const USAGE_COLUMNS = [
  'calls',
  'errors',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'reported_usd',
  'estimated_usd',
  'unpriced_count',
] as const;

export const NO_USAGE: AiUsage = {
  calls: 0,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  reportedUsd: 0,
  estimatedUsd: 0,
  unpricedCount: 0,
};

const FIELDS = Object.keys(NO_USAGE) as readonly (keyof AiUsage)[];

export function usageValues(usage: AiUsage): readonly number[] {
  return FIELDS.map((field) => usage[field]);
}

export function toUsage(row: SqlRow): AiUsage {
  const entries = FIELDS.map((field, index) => [field, Number(row[USAGE_COLUMNS[index]!])] as const);
  return Object.fromEntries(entries) as unknown as AiUsage;
}

/** @param sign - -1 takes it away. Sums of dollars are never less than nothing, whatever rounding leaves. */
export function addUsage(usage: AiUsage, other: AiUsage, sign: 1 | -1 = 1): AiUsage {
  const sum = (field: keyof AiUsage): number => Math.max(0, usage[field] + sign * other[field]);
  return {
    calls: sum('calls'),
    errors: sum('errors'),
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadTokens: sum('cacheReadTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
    reasoningTokens: sum('reasoningTokens'),
    reportedUsd: sum('reportedUsd'),
    estimatedUsd: sum('estimatedUsd'),
    unpricedCount: sum('unpricedCount'),
  };
}

/** Sets what adds to the columns of a row that is there: for `ON CONFLICT DO UPDATE`. */
export const ADD_USAGE = USAGE_COLUMNS.map(
  (column) => `${column} = max(0, ${column} + excluded.${column})`,
).join();
