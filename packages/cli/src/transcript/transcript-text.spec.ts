import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AiMessage, AiOperation, AiPart, SpanTranscript, TraceDocument } from '@tta/obs-protocol';
import { Conversation } from '@tta/obs-protocol/transcript';
import { transcriptText } from './transcript-text.ts';

interface SpanSketch {
  /** Of an earlier span, or -1. */
  readonly parent: number;
  readonly operation: AiOperation;
  readonly name: string;
  readonly said: Pick<SpanTranscript['transcript'], 'input' | 'output' | 'result'>;
}

const spanId = (index: number) => index.toString(16).padStart(16, '0');

function documentOf(sketches: readonly SpanSketch[]): TraceDocument {
  const column = <Value>(value: Value) => sketches.map(() => value);
  const names = sketches.map(({ name }) => name);
  return {
    summary: {} as TraceDocument['summary'],
    services: ['shop'],
    spans: {
      spanId: sketches.map((_, index) => spanId(index)),
      parentIndex: sketches.map(({ parent }) => parent),
      parentSpanId: sketches.map(({ parent }) => (parent === -1 ? null : spanId(parent))),
      name: names,
      kind: column(1),
      startMs: sketches.map((_, index) => index),
      durationMs: column(10),
      status: column('success' as const),
      statusMessage: column(null),
      primitiveType: column(null),
      label: column(null),
      service: column(0),
      primitives: { span: [], facts: [] },
      ai: {
        span: sketches.map((_, index) => index),
        operation: sketches.map(({ operation }) => operation),
        provider: column(null),
        model: names,
        inputTokens: column(1204),
        outputTokens: column(350),
        cacheReadTokens: column(null),
        costUsd: column(0.0022),
        costSource: column('reported' as const),
        priceTable: column(null),
        countsTokens: column(true),
        countsCost: column(true),
        timeToFirstChunkMs: column(null),
        finishReasons: column([]),
        tool: names,
        agent: names,
      },
    },
  };
}

function textOf(sketches: readonly SpanSketch[], columns: number, isFull = false): string {
  const document = documentOf(sketches);
  const conversation = new Conversation(document.spans);
  for (const [index, { said }] of sketches.entries()) {
    const transcript = {
      systemInstructions: [],
      toolDefinitions: [],
      arguments: null,
      isCut: false,
      ...said,
    };
    conversation.add({ spanId: spanId(index), transcript });
  }
  return [...transcriptText(document, conversation, { columns, hasColour: false, isFull })].join('');
}

const words = fc.string({
  unit: fc.constantFrom('a', 'é', ' ', '\n', '\t', '\u001b', '\u202e', '\u2028'),
  maxLength: 80,
});
const part: fc.Arbitrary<AiPart> = fc.oneof(
  words.map((text) => ({ type: 'text' as const, text })),
  words.map((name) => ({ type: 'tool_call' as const, id: null, name, arguments: { at: name } })),
  words.map((response) => ({ type: 'tool_response' as const, id: null, response })),
);
const message: fc.Arbitrary<AiMessage> = fc.record({
  role: fc.constantFrom('user', 'assistant', 'tool', 'a\u001b[2Jlonger role than others'),
  name: fc.constant(null),
  parts: fc.array(part, { maxLength: 3 }),
});
const sketches: fc.Arbitrary<readonly SpanSketch[]> = fc
  .array(
    fc.record({
      parent: fc.nat(),
      operation: fc.constantFrom<AiOperation>('agent', 'inference', 'tool', 'step', 'workflow', 'retrieval'),
      name: words,
      said: fc.record({
        input: fc.array(message, { maxLength: 3 }),
        output: fc.array(message, { maxLength: 2 }),
        result: fc.oneof(fc.constant(null), words),
      }),
    }),
    { maxLength: 12 },
  )
  .map((spans) =>
    spans.map((span, index) => ({ ...span, parent: index === 0 ? -1 : (span.parent % (index + 1)) - 1 })),
  );

describe('transcriptText', () => {
  it('lets nothing that was said steer the terminal, and keeps to its width', () => {
    fc.assert(
      fc.property(sketches, fc.integer({ min: 80, max: 200 }), fc.boolean(), (spans, columns, isFull) => {
        const text = textOf(spans, columns, isFull);
        // eslint-disable-next-line no-control-regex -- nothing of these may be left
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2028\u202e]/);
        // Agents within agents stand ever further in: text keeps 24 characters there.
        const widest = Math.max(0, ...text.split('\n').map((line) => [...line].length));
        expect(widest).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('tells each call of a model or tool once, in the order of the tree', () => {
    fc.assert(
      fc.property(sketches, (spans) => {
        const named = spans.map((span, index) => ({ ...span, name: `span-${index}-` }));
        const text = textOf(named, 100);
        const headsOf = (index: number) =>
          text.match(new RegExp(`^ *✓ . span-${index}- `, 'gm'))?.length ?? 0;
        // What holds others together is told where it says something of its own.
        const isQuiet = ({ operation }: SpanSketch) => operation === 'step' || operation === 'workflow';
        expect(
          named.map((span, index) => (isQuiet(span) ? Math.max(1, headsOf(index)) : headsOf(index))),
        ).toEqual(named.map(() => 1));
      }),
    );
  });
});
