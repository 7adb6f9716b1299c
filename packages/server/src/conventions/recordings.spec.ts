import type { AiConvention, AiSpan, AiTranscript, AttributeJson } from '@tta/obs-protocol';
import { describe, expect, it } from '@jest/globals';
import { recordedSpans, recordingNames } from '../testing/recorded-spans.ts';
import { normalizeSpan } from './normalize-span.ts';
import { transcriptOf } from './transcript.ts';
import { sumUsage, usageShares, type UsageSums } from './usage-shares.ts';

/** Made up: a dollar a token. */
const prices = {
  version: 'a-dollar-a-token',
  estimateUsd: ({ inputTokens = 0, outputTokens = 0 }) => inputTokens + outputTokens,
};

interface Told {
  readonly ai: AiSpan;
  readonly transcript: AiTranscript;
}

/** The conversation of `tools/convention-fixtures`, each fact under the name of what tells it. */
function conversation(provider: 'openai' | 'anthropic'): Readonly<Record<string, unknown>> {
  const isOpenAi = provider === 'openai';
  const model = isOpenAi
    ? { requestModel: 'gpt-5.1', responseModel: 'gpt-5.1-2025-11-13' }
    : { requestModel: 'claude-sonnet-4-5', responseModel: 'claude-sonnet-4-5-20250929' };
  const question = { role: 'user', parts: [{ type: 'text', text: 'How warm is it in Paris?' }] };
  const call = { type: 'tool_call', id: 'call_1', name: 'get_weather', arguments: { city: 'Paris' } };
  const response = { type: 'tool_response', id: 'call_1', response: { celsius: 21 } };
  const common = {
    provider,
    ...model,
    system: [{ type: 'text', text: 'Answer in one sentence.' }],
    tools: [
      {
        name: 'get_weather',
        description: 'Says how warm it is in a city.',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    ],
  };
  const first = {
    ...common,
    input: 100,
    output: 20,
    cacheRead: 40,
    cacheWrite: isOpenAi ? null : 30,
    reasoning: isOpenAi ? 8 : null,
    finishReasons: ['tool_call'],
    messages: [question],
    answer: [{ role: 'assistant', parts: [call] }],
  };
  const second = {
    ...common,
    input: 140,
    output: 12,
    cacheRead: 60,
    cacheWrite: isOpenAi ? null : 10,
    reasoning: isOpenAi ? 4 : null,
    finishReasons: ['stop'],
    messages: [question, { role: 'assistant', parts: [call] }, { role: 'tool', parts: [response] }],
    answer: [{ role: 'assistant', parts: [{ type: 'text', text: 'It is 21 degrees in Paris.' }] }],
  };
  const tool = {
    toolName: 'get_weather',
    toolCallId: 'call_1',
    arguments: { city: 'Paris' },
    result: { celsius: 21 },
  };
  const run = { agentName: 'forecast', sessionId: 'session-7', userId: 'user-3' };
  return {
    ...under('first', first),
    ...under('second', second),
    ...under('tool', tool),
    ...under('run', run),
  };
}

/** The same of what a recording tells. */
function conversationOf(name: string): Readonly<Record<string, unknown>> {
  const spans = recordedSpans(name);
  const told = spans.map((span): Told | null => {
    const ai = normalizeSpan(span, prices);
    const transcript = transcriptOf(span, span.logs);
    return ai === null || transcript === null ? null : { ai, transcript };
  });
  const parentOf = (index: number): number =>
    spans.findIndex(({ spanId }) => spanId === spans[index]?.parentSpanId);
  const of = (operation: string): Told[] =>
    told.filter((one): one is Told => one?.ai.operation === operation);
  // Clients that tell of themselves have a span in that of whoever instruments them.
  const [first, second] = told.filter(
    (one, index): one is Told =>
      one?.ai.operation === 'inference' && told[parentOf(index)]?.ai.operation !== 'inference',
  );
  const [tool] = of('tool');
  const named = <K extends 'agentName' | 'sessionId' | 'userId'>(field: K): string | null =>
    told.map((one) => one?.ai[field] ?? null).find((one) => one !== null) ?? null;
  return {
    ...under('first', callFacts(first)),
    ...under('second', callFacts(second)),
    ...under('tool', {
      toolName: tool?.ai.toolName ?? null,
      toolCallId: tool?.ai.toolCallId ?? null,
      arguments: tool?.transcript.arguments ?? null,
      result: tool?.transcript.result ?? null,
    }),
    ...under('run', {
      agentName: named('agentName'),
      sessionId: named('sessionId'),
      userId: named('userId'),
    }),
  };
}

function callFacts(call: Told | undefined): Readonly<Record<string, unknown>> {
  if (call === undefined) throw new Error('a call of the model is missing');
  const { ai, transcript } = call;
  const { provider, requestModel, responseModel, finishReasons } = ai;
  const unnamed = ({ role, parts }: AiTranscript['input'][number]): object => ({ role, parts });
  return {
    provider,
    requestModel,
    responseModel,
    ...(ai.tokens ?? { input: null, output: null, cacheRead: null, cacheWrite: null, reasoning: null }),
    // Nothing was written where nothing is told of it.
    cacheWrite: ai.tokens?.cacheWrite || null,
    finishReasons,
    system: transcript.systemInstructions,
    tools: transcript.toolDefinitions.map((tool) => ({
      ...tool,
      parameters: withoutDialect(tool.parameters),
    })),
    messages: transcript.input.map(unnamed),
    answer: transcript.output.map(unnamed),
  };
}

/** Zod says which JSON Schema it writes. */
function withoutDialect(schema: AttributeJson): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== '$schema' && key !== 'additionalProperties'),
  );
}

function under(prefix: string, facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [`${prefix}.${key}`, value]));
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** What a recording does not tell, and what it tells otherwise. All else is as it was said. */
interface Recorded {
  readonly convention: AiConvention;
  readonly untold: readonly string[];
  readonly otherwise?: Readonly<Record<string, unknown>>;
  readonly sums: UsageSums['tokens'];
  readonly reportedUsd?: number;
}

/** These instrument a client: a tool is run, and a session held, by the program around it. */
const CLIENT_ALONE = [
  'tool.toolName',
  'tool.toolCallId',
  'tool.arguments',
  'tool.result',
  'run.agentName',
  'run.sessionId',
  'run.userId',
];
const SECOND_USAGE = ['second.input', 'second.output', 'second.cacheRead', 'second.reasoning'];
const OPENAI = { input: 240, output: 32, cacheRead: 100, cacheWrite: 0, reasoning: 12 };
const ANTHROPIC = { input: 240, output: 32, cacheRead: 100, cacheWrite: 40, reasoning: 0 };
const FIRST_ALONE = { input: 100, output: 20, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

const recordings: Readonly<Record<string, Recorded>> = {
  'tta-obs': { convention: 'tta-primitives', untold: [], sums: OPENAI, reportedUsd: 0.0005075 },
  // What is paid stands on the step of ours around the calls, the tokens on those.
  'tta-obs-observed': {
    convention: 'openinference',
    untold: ['tool.toolName', 'tool.toolCallId', 'tool.arguments', 'tool.result', 'run.agentName'],
    sums: OPENAI,
    reportedUsd: 0.0005075,
  },
  'otel-openai': {
    convention: 'otel-gen-ai',
    untold: [
      'first.tools',
      'first.cacheRead',
      'first.reasoning',
      'second.tools',
      'second.cacheRead',
      'second.reasoning',
      ...CLIENT_ALONE,
    ],
    sums: { ...OPENAI, cacheRead: 0, reasoning: 0 },
  },
  'ai-sdk-otel': {
    convention: 'ai-sdk',
    untold: ['first.reasoning', 'second.reasoning', 'run.sessionId', 'run.userId'],
    sums: { ...OPENAI, reasoning: 0 },
  },
  'ai-sdk-legacy': { convention: 'ai-sdk', untold: ['run.sessionId', 'run.userId'], sums: OPENAI },
  // Of a stream it tells no usage.
  'openinference-openai': {
    convention: 'openinference',
    untold: ['second.responseModel', ...SECOND_USAGE, ...CLIENT_ALONE],
    sums: { ...FIRST_ALONE, cacheRead: 40, reasoning: 8 },
  },
  'openinference-anthropic': { convention: 'openinference', untold: CLIENT_ALONE, sums: ANTHROPIC },
  'openinference-vercel': {
    convention: 'openinference',
    untold: ['run.sessionId', 'run.userId'],
    sums: OPENAI,
  },
  // Of a stream it tells no usage.
  'openllmetry-openai': {
    convention: 'openllmetry',
    untold: ['first.cacheRead', 'first.reasoning', ...SECOND_USAGE, ...CLIENT_ALONE],
    sums: FIRST_ALONE,
  },
  'openllmetry-anthropic': {
    convention: 'openllmetry',
    untold: ['first.tools', 'second.finishReasons', 'second.tools', ...CLIENT_ALONE],
    sums: ANTHROPIC,
  },
  // It leaves out which call is meant, and what an assistant that only calls tools has said.
  'openllmetry-indexed': {
    convention: 'openllmetry',
    untold: ['first.cacheRead', 'first.reasoning', ...SECOND_USAGE, ...CLIENT_ALONE],
    otherwise: {
      'first.answer': [
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: null, name: 'get_weather', arguments: { city: 'Paris' } }],
        },
      ],
      'second.messages': [
        { role: 'user', parts: [{ type: 'text', text: 'How warm is it in Paris?' }] },
        { role: 'assistant', parts: [] },
        { role: 'tool', parts: [{ type: 'tool_response', id: null, response: { celsius: 21 } }] },
      ],
    },
    sums: FIRST_ALONE,
  },
  // It writes the model that answered over the one that was asked.
  langfuse: {
    convention: 'langfuse',
    untold: [
      'first.provider',
      'first.responseModel',
      'first.finishReasons',
      'second.provider',
      'second.responseModel',
      'second.finishReasons',
      'tool.toolCallId',
    ],
    otherwise: { 'first.requestModel': 'gpt-5.1-2025-11-13' },
    sums: OPENAI,
  },
  langsmith: { convention: 'langsmith', untold: ['tool.toolCallId', 'run.agentName'], sums: OPENAI },
  // Messages stand on the step around the call.
  mastra: {
    convention: 'mastra',
    untold: [
      'first.system',
      'first.tools',
      'first.messages',
      'first.answer',
      'second.system',
      'second.tools',
      'second.messages',
    ],
    sums: OPENAI,
  },
};

describe('the recording of', () => {
  it('every SDK is looked at', () => {
    expect(Object.keys(recordings).sort()).toEqual([...recordingNames].sort());
  });

  describe.each(Object.entries(recordings))('%s', (name, recorded) => {
    const spans = recordedSpans(name);
    const normal = spans.map((span) => ({ ...span, ai: normalizeSpan(span, prices) }));
    const calls = normal.flatMap(({ ai }) => (ai?.operation === 'inference' ? ai : []));
    const shares = usageShares(normal);

    it('tells the conversation that was held', () => {
      const all = conversation(name.endsWith('anthropic') ? 'anthropic' : 'openai');
      const told = conversationOf(name);
      const keys = Object.keys(all);
      const untold = keys.filter((key) => isEmpty(told[key]) && !isEmpty(all[key]));
      expect(untold.sort()).toEqual([...recorded.untold].sort());
      const expected = { ...all, ...recorded.otherwise };
      for (const key of keys.filter((one) => !untold.includes(one))) {
        expect({ [key]: told[key] }).toEqual({ [key]: expected[key] });
      }
    });

    it('is recognised', () => {
      expect(calls[0]?.convention).toBe(recorded.convention);
    });

    it('has each token once in its sums', () => {
      expect(sumUsage(shares).tokens).toEqual(recorded.sums);
    });

    it('says who says what it cost', () => {
      const { reportedUsd = 0, sums } = recorded;
      const sum = sumUsage(shares);
      expect(sum.reportedUsd).toBeCloseTo(reportedUsd, 12);
      expect(sum.estimatedUsd).toBe(reportedUsd > 0 ? 0 : sums.input + sums.output);
      expect(sum.unpricedCount).toBe(0);
      const unpriced = spans.map((span) => ({ ...span, ai: normalizeSpan(span) }));
      const { estimatedUsd, unpricedCount } = sumUsage(usageShares(unpriced));
      expect(estimatedUsd).toBe(0);
      expect(unpricedCount > 0).toBe(reportedUsd === 0);
    });
  });

  it('an agent of Mastra has its messages on the steps of the agent', () => {
    const steps = recordedSpans('mastra').filter(({ name }) => name.startsWith('agent_step'));
    const [first] = steps.map((span) => transcriptOf(span));
    expect(first).toMatchObject({
      systemInstructions: [{ type: 'text', text: 'Answer in one sentence.' }],
      input: [{ role: 'user', parts: [{ type: 'text', text: 'How warm is it in Paris?' }] }],
      output: [{ parts: [{ type: 'tool_call', id: 'call_1', arguments: { city: 'Paris' } }] }],
    });
  });

  it.each(['tta-obs', 'ai-sdk-otel', 'ai-sdk-legacy', 'openinference-vercel'])(
    'a stream by %s has the time to its first chunk, in milliseconds',
    (name) => {
      const last = recordedSpans(name)
        .map((span) => normalizeSpan(span))
        .filter((ai) => ai?.operation === 'inference')
        .at(-1);
      // Each measured time of a recording is 0.25, in the unit of its attribute.
      expect(last?.timeToFirstChunkMs).toBe(name === 'ai-sdk-legacy' ? 0.25 : 250);
    },
  );
});
