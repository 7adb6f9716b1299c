import type { LlmReply, LlmUsage } from '@tta/obs-context';

const counted = [
  'inputTokens',
  'outputTokens',
  'cachedInputTokens',
  'cacheWriteInputTokens',
  'reasoningOutputTokens',
  'costUsd',
] as const;

/** What all replies in a run of an agent used. An amount that one of them does not tell is not known, and absent. */
export type AgentUsage = Pick<LlmUsage, (typeof counted)[number]>;

/** The sum of what the replies told. */
export function sumOfUsage(replies: readonly LlmReply[]): AgentUsage {
  const sums: { -readonly [Amount in keyof AgentUsage]: AgentUsage[Amount] } = {};
  for (const amount of counted) {
    // A function may answer without any.
    const told = replies.flatMap(({ usage }: Partial<LlmReply>) => usage?.[amount] ?? []);
    if (told.length === replies.length) sums[amount] = told.reduce((sum, one) => sum + one, 0);
  }
  return sums;
}
