import type {
  AiMessage,
  AiOperation,
  AiPart,
  AiSpan,
  AiTranscript,
  SpanTranscript,
  TraceDocument,
} from '@tta/obs-protocol';
import { traceDocument } from './trace-fixture.ts';
import type { SpanSketch } from './trace-fixture.ts';

/** A span of an AI program of a test. */
export interface AiSketch extends SpanSketch {
  readonly operation: AiOperation;
  readonly tokens?: readonly [number, number];
  readonly cachedTokens?: number;
  readonly usd?: number;
  readonly costSource?: 'reported' | 'estimated' | 'unpriced';
  /** It repeats what is told within it. */
  readonly isRepeated?: boolean;
  readonly said?: Partial<AiTranscript>;
  readonly ai?: Partial<AiSpan>;
}

/** A message of one text. */
export function say(role: string, text: string): AiMessage {
  return { role, name: null, parts: [{ type: 'text', text }] };
}

export function callOf(name: string, id: string | null, given: AiPart | object = {}): AiPart {
  return { type: 'tool_call', id, name, arguments: given as never };
}

/** A trace of AI programs, and what was said in it. The name of a span is that of its model, tool or agent. */
export function aiTrace(sketches: readonly AiSketch[]): {
  readonly document: TraceDocument;
  readonly items: readonly SpanTranscript[];
} {
  const document = traceDocument(sketches);
  const { spanId } = document.spans;
  const named = (...operations: readonly AiOperation[]) =>
    sketches.map(({ operation, name }) => (operations.includes(operation) ? name : null));
  const ai: TraceDocument['spans']['ai'] = {
    span: sketches.map((_, index) => index),
    operation: sketches.map(({ operation }) => operation),
    provider: sketches.map(() => null),
    model: named('inference', 'embeddings', 'rerank'),
    inputTokens: sketches.map(({ tokens }) => tokens?.[0] ?? null),
    outputTokens: sketches.map(({ tokens }) => tokens?.[1] ?? null),
    cacheReadTokens: sketches.map(({ cachedTokens }) => cachedTokens ?? null),
    costUsd: sketches.map(({ usd }) => usd ?? null),
    costSource: sketches.map(({ costSource }) => costSource ?? null),
    countsTokens: sketches.map(({ isRepeated }) => isRepeated !== true),
    countsCost: sketches.map(({ isRepeated }) => isRepeated !== true),
    timeToFirstChunkMs: sketches.map(() => null),
    priceTable: sketches.map(() => null),
    finishReasons: sketches.map(({ ai: changes }) => changes?.finishReasons ?? []),
    tool: named('tool'),
    agent: named('agent'),
  };
  const items = sketches.map(({ operation, said, ai: changes }, index) => ({
    spanId: spanId[index]!,
    ai: { ...SILENT_SPAN, operation, ...changes },
    transcript: { ...SILENT, ...said },
  }));
  return { document: { ...document, spans: { ...document.spans, ai } }, items };
}

const SILENT: AiTranscript = {
  systemInstructions: [],
  input: [],
  output: [],
  toolDefinitions: [],
  arguments: null,
  result: null,
  isCut: false,
};

const SILENT_SPAN: AiSpan = {
  operation: 'other',
  operationName: null,
  convention: 'otel-gen-ai',
  provider: null,
  requestModel: null,
  responseModel: null,
  responseId: null,
  tokens: null,
  cost: null,
  finishReasons: [],
  timeToFirstChunkMs: null,
  toolName: null,
  toolCallId: null,
  toolDescription: null,
  sessionId: null,
  userId: null,
  agentName: null,
  workflowName: null,
  tags: [],
};
