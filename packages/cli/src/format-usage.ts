import type { AiUsage } from '@tta/obs-protocol';

/** A number of tokens: whole up to 9,999, then three digits: `12.3k`, `1.20M`. */
export function formatCount(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  if (count < 999_500) return `${threeDigits(count / 1_000)}k`;
  if (count < 999_500_000) return `${threeDigits(count / 1_000_000)}M`;
  return `${threeDigits(count / 1_000_000_000)}G`;
}

/** US dollars: whole cents from 10 on, two significant digits below that, `$0` for nothing. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0';
  if (usd >= 0.0995) return `$${usd.toFixed(2)}`;
  if (usd < 1e-8) return '<$0.00000001';
  return `$${usd.toFixed(Math.min(9, 1 - Math.floor(Math.log10(usd))))}`;
}

/** `1204→350`; a side that nobody tells is `?`. */
export function formatTokens(input: number | null, output: number | null): string {
  const side = (count: number | null) => (count === null ? '?' : formatCount(count));
  return `${side(input)}→${side(output)}`;
}

/** What calls cost: an estimate is marked, what nobody has priced is said; empty where there is nothing to be paid for. */
export function formatCost({ reportedUsd, estimatedUsd, unpricedCount }: AiUsage): string {
  const usd = reportedUsd + estimatedUsd;
  if (usd === 0) return unpricedCount > 0 ? 'unpriced' : '';
  // With calls that nobody has priced it is more.
  return `${estimatedUsd > 0 ? '≈ ' : ''}${formatUsd(usd)}${unpricedCount > 0 ? ' +' : ''}`;
}

/**
 * The same with whose word it is: `$0.0022 reported`, `≈ $0.0005 estimated by genai-prices …`, `… 2 calls unpriced`.
 *
 * @param priceTables - Names of the tables that estimates are by, as far as they are known.
 */
export function formatCostSources(usage: AiUsage, priceTables: readonly string[]): string {
  const { reportedUsd, estimatedUsd, unpricedCount } = usage;
  const by = priceTables.length === 0 ? '' : ` by ${priceTables.join(', ')}`;
  const isMixed = reportedUsd > 0 && estimatedUsd > 0;
  const parts = [
    ...(isMixed
      ? [
          `≈ ${formatUsd(reportedUsd + estimatedUsd)}: ${formatUsd(reportedUsd)} reported, ${formatUsd(estimatedUsd)} estimated${by}`,
        ]
      : reportedUsd > 0
        ? [`${formatUsd(reportedUsd)} reported`]
        : estimatedUsd > 0
          ? [`≈ ${formatUsd(estimatedUsd)} estimated${by}`]
          : []),
    ...(unpricedCount > 0 ? [`${unpricedCount} ${unpricedCount === 1 ? 'call' : 'calls'} unpriced`] : []),
  ];
  return parts.join(', ');
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
