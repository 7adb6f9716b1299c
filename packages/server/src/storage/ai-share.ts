import type { AiUsage } from '@tta/obs-protocol';
import type { UsageShare } from '../conventions/usage-shares.ts';
import type { AiFigures } from './ai-span-row.ts';
import { NO_USAGE } from './usage-columns.ts';

/** What of a span counts in sums, as the bits of a column. */
export const AiShare = { tokens: 1, reported: 2, estimated: 4, unpriced: 8, call: 16 } as const;

export function shareBits(share: UsageShare): number {
  return (
    (share.tokens === null ? 0 : AiShare.tokens) |
    (share.reportedUsd === null ? 0 : AiShare.reported) |
    (share.estimatedUsd === null ? 0 : AiShare.estimated) |
    (share.isUnpriced ? AiShare.unpriced : 0) |
    (share.isCall ? AiShare.call : 0)
  );
}

/** What a span adds to sums. */
export function usageOfShare({ tokens, cost }: AiFigures, isFailed: boolean, bits: number): AiUsage {
  if (bits === 0) return NO_USAGE;
  const counted = (bits & AiShare.tokens) === 0 ? null : tokens;
  const usd = cost === null || cost.source === 'unpriced' ? 0 : cost.usd;
  const isCall = (bits & AiShare.call) !== 0;
  return {
    calls: isCall ? 1 : 0,
    errors: isCall && isFailed ? 1 : 0,
    inputTokens: counted?.input ?? 0,
    outputTokens: counted?.output ?? 0,
    cacheReadTokens: counted?.cacheRead ?? 0,
    cacheWriteTokens: counted?.cacheWrite ?? 0,
    reasoningTokens: counted?.reasoning ?? 0,
    reportedUsd: (bits & AiShare.reported) === 0 ? 0 : usd,
    estimatedUsd: (bits & AiShare.estimated) === 0 ? 0 : usd,
    unpricedCount: (bits & AiShare.unpriced) === 0 ? 0 : 1,
  };
}
