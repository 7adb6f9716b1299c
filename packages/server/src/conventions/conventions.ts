import { aiSdk } from './ai-sdk.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import type { Convention } from './convention.ts';
import { copilot } from './copilot.ts';
import { geminiCli } from './gemini-cli.ts';
import { langfuse } from './langfuse.ts';
import { langSmith } from './langsmith.ts';
import { mastra } from './mastra.ts';
import { openInference } from './openinference.ts';
import { openLlmetry } from './openllmetry.ts';
import { otelGenAi } from './otel-gen-ai.ts';
import { ttaPrimitives } from './tta-primitives.ts';

/** All that are known. The first that recognises a span reads it, so that those with few marks of their own come last. */
export const conventions: readonly Convention[] = [
  ttaPrimitives,
  langfuse,
  langSmith,
  mastra,
  openInference,
  openLlmetry,
  claudeCode,
  copilot,
  codex,
  geminiCli,
  aiSdk,
  otelGenAi,
];
