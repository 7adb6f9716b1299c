import type { AiUsage } from '@tta/obs-protocol';

/** What a run cost, and who says so. */
export interface CostCell {
  /** In US dollars with four decimals: the unit of the column. `''` where nothing is priced. */
  readonly figure: string;
  /** `~`: at least a part of it is an estimate by the service's table of prices. */
  readonly isEstimated: boolean;
  /** `?`: at least a part of it has no price. */
  readonly isUnpriced: boolean;
  /** The same in words. */
  readonly title: string;
}

/** Tokens in and out, with groups of three digits. */
export function tokensText({ inputTokens, outputTokens }: AiUsage): string {
  return grouped(inputTokens + outputTokens);
}

/** `69 in, 200 out, 1,024 of them read from a cache`. */
export function tokensTitle({ inputTokens, outputTokens, cacheReadTokens }: AiUsage): string {
  const cached = cacheReadTokens === 0 ? '' : `, ${grouped(cacheReadTokens)} of them read from a cache`;
  return `${grouped(inputTokens)} in${cached}, ${grouped(outputTokens)} out`;
}

export function costCell({ reportedUsd, estimatedUsd, unpricedCount }: AiUsage): CostCell {
  const parts = [
    ...(reportedUsd > 0 ? [`$${exactly(reportedUsd)} as the sender says`] : []),
    ...(estimatedUsd > 0 ? [`$${exactly(estimatedUsd)} estimated from the table of prices`] : []),
    ...(unpricedCount > 0
      ? [`${grouped(unpricedCount)} ${unpricedCount === 1 ? 'call' : 'calls'} without a price`]
      : []),
  ];
  const totalUsd = reportedUsd + estimatedUsd;
  return {
    figure: totalUsd === 0 ? '' : totalUsd < 0.0001 ? '<0.0001' : totalUsd.toFixed(4),
    isEstimated: estimatedUsd > 0,
    isUnpriced: unpricedCount > 0,
    title: parts.length === 0 ? 'Free of charge, or not told' : parts.join(', '),
  };
}

function exactly(usd: number): string {
  return String(Number(usd.toPrecision(4)));
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
