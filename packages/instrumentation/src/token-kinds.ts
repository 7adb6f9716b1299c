import type { LlmUsage } from '@tta/obs-context';

/** What tokens of a model call are counted as. Input and output are totals, of which the others are parts. */
export const tokenKinds = [
  'inputTokens',
  'outputTokens',
  'cachedInputTokens',
  'cacheWriteInputTokens',
  'reasoningOutputTokens',
] as const satisfies readonly (keyof LlmUsage)[];

export type TokenKind = (typeof tokenKinds)[number];
