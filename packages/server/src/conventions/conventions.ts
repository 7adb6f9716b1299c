import { aiSdk } from './ai-sdk.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import type { ContentField, Convention, FactField, NameTable } from './convention.ts';
import { copilot } from './copilot.ts';
import { geminiCli } from './gemini-cli.ts';
import { langfuse } from './langfuse.ts';
import { langSmith } from './langsmith.ts';
import { mastra } from './mastra.ts';
import { openInference } from './openinference.ts';
import { openLlmetry } from './openllmetry.ts';
import { genAiNames, otelGenAi } from './otel-gen-ai.ts';
import { ttaPrimitives } from './tta-primitives.ts';

const known: readonly Convention[] = [
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

/**
 * All that are known. The first that recognises a span reads it, so that those with few marks of their own come last. What
 * one has no attribute for is looked for under the names of OTel GenAI.
 */
export const conventions: readonly Convention[] = known.map((one) =>
  one === otelGenAi ? one : { ...one, names: overGenAi(one.names) },
);

function overGenAi(names: NameTable): NameTable {
  const fields = [...Object.keys(genAiNames), ...Object.keys(names)] as (FactField | ContentField)[];
  return Object.fromEntries(
    fields.map((field) => [field, [...new Set([...(names[field] ?? []), ...(genAiNames[field] ?? [])])]]),
  );
}
