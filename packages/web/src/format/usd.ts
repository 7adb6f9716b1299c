import type { AiUsage } from '@tta/obs-protocol';

/** The part of {@link AiUsage} that says what something cost. */
export type CostSums = Pick<AiUsage, 'reportedUsd' | 'estimatedUsd' | 'unpricedCount'>;

const WITH_CENTS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** US dollars: whole cents from $0.10 on, two significant digits below that, `$0` for nothing. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0';
  if (usd >= 0.0995) return `$${WITH_CENTS.format(usd)}`;
  if (usd < 1e-8) return '<$0.00000001';
  return `$${usd.toFixed(Math.min(9, 1 - Math.floor(Math.log10(usd))))}`;
}

/** What calls cost: an estimate is marked, what nobody has priced is said; empty where there is nothing to be paid for. */
export function formatCost({ reportedUsd, estimatedUsd, unpricedCount }: CostSums): string {
  const usd = reportedUsd + estimatedUsd;
  if (usd === 0) return unpricedCount > 0 ? 'unpriced' : '';
  // With calls that nobody has priced it is more.
  return `${estimatedUsd > 0 ? '≈ ' : ''}${formatUsd(usd)}${unpricedCount > 0 ? ' +' : ''}`;
}

/** The same with whose word it is: `$0.0022 reported, $0.0005 estimated, 2 calls unpriced`. */
export function costSources({ reportedUsd, estimatedUsd, unpricedCount }: CostSums): string {
  const parts: string[] = [];
  if (reportedUsd > 0) parts.push(`${formatUsd(reportedUsd)} reported`);
  if (estimatedUsd > 0) parts.push(`${formatUsd(estimatedUsd)} estimated`);
  if (unpricedCount > 0) parts.push(`${unpricedCount} ${unpricedCount === 1 ? 'call' : 'calls'} unpriced`);
  return parts.join(', ');
}
