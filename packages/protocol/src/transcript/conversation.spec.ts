import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AiMessage, AiOperation, AiPart, AiTranscript } from '../ai-span.ts';
import { Conversation } from './conversation.ts';

interface Sketch {
  readonly parent: number;
  readonly operation: AiOperation;
  readonly said?: Partial<AiTranscript>;
}

const spanId = (index: number) => index.toString(16).padStart(16, '0');

const say = (role: string, text: string): AiMessage => ({
  role,
  name: null,
  parts: [{ type: 'text', text }],
});

function conversationOf(sketches: readonly Sketch[]): Conversation {
  const conversation = new Conversation({
    spanId: sketches.map((_, index) => spanId(index)),
    parentIndex: sketches.map(({ parent }) => parent),
    ai: {
      span: sketches.map((_, index) => index),
      operation: sketches.map(({ operation }) => operation),
      tool: sketches.map(() => 'look'),
    },
  });
  for (const [index, { said }] of sketches.entries()) {
    const empty = { systemInstructions: [], input: [], output: [], toolDefinitions: [] };
    const transcript = { ...empty, arguments: null, result: null, isCut: false, ...said };
    conversation.add({ spanId: spanId(index), transcript });
  }
  return conversation;
}

const spansOf = (sketches: readonly Sketch[]) =>
  conversationOf(sketches)
    .utterances()
    .map(({ span, depth }) => [span, depth]);

describe('Conversation', () => {
  it('tells each agent with all that is within it before what comes after it', () => {
    const sketches: Sketch[] = [
      { parent: -1, operation: 'agent' },
      { parent: 0, operation: 'tool' },
      { parent: 0, operation: 'inference' },
      { parent: 1, operation: 'agent' },
      { parent: 3, operation: 'inference' },
    ];
    expect(spansOf(sketches)).toEqual([
      [0, 0],
      [1, 1],
      [3, 1],
      [4, 2],
      [2, 1],
    ]);
  });

  it('says which agent each is of', () => {
    const agents = conversationOf([
      { parent: -1, operation: 'agent' },
      { parent: 0, operation: 'tool' },
      { parent: 1, operation: 'agent' },
      { parent: 2, operation: 'inference' },
    ]).utterances();
    expect(agents.map(({ agent }) => agent)).toEqual([-1, 0, 0, 2]);
  });

  it('passes over what only holds others together', () => {
    const output = [say('assistant', 'done')];
    const sketches: Sketch[] = [
      { parent: -1, operation: 'workflow', said: { output } },
      { parent: 0, operation: 'step', said: { output } },
      { parent: 1, operation: 'inference', said: { output } },
      { parent: 0, operation: 'step', said: { result: 'of its own' } },
    ];
    expect(spansOf(sketches).map(([span]) => span)).toEqual([2, 3]);
  });

  it('keeps the histories of agents apart', () => {
    const input = [say('user', 'go')];
    const turns = conversationOf([
      { parent: -1, operation: 'agent' },
      { parent: 0, operation: 'inference', said: { input } },
      { parent: 0, operation: 'agent' },
      { parent: 2, operation: 'inference', said: { input } },
      { parent: 0, operation: 'inference', said: { input: [...input, say('user', 'on')] } },
    ]).utterances();
    expect(turns.map(({ turn }) => turn.earlierCount)).toEqual([0, 0, 0, 0, 1]);
  });

  it('tells what an agent was asked where nothing within it says so', () => {
    const input = [say('user', 'go')];
    const output = [say('assistant', 'done')];
    const asked = (within: Partial<AiTranscript>): readonly number[] =>
      conversationOf([
        { parent: -1, operation: 'agent', said: { input, output } },
        { parent: 0, operation: 'agent', said: { input, output } },
        { parent: 1, operation: 'inference', said: { ...within, output } },
      ])
        .utterances()
        .map(({ turn }) => turn.input.length);
    expect(asked({})).toEqual([1, 1, 0]);
    expect(asked({ input })).toEqual([0, 0, 1]);
  });

  it('tells the instructions of an agent where no call of a model within it does', () => {
    const systemInstructions: AiPart[] = [{ type: 'text', text: 'be brief' }];
    const output = [say('assistant', 'done')];
    const instructed = (within: Partial<AiTranscript>): readonly number[] =>
      conversationOf([
        { parent: -1, operation: 'agent', said: { systemInstructions } },
        { parent: 0, operation: 'inference', said: { ...within, output } },
      ])
        .utterances()
        .map(({ turn }) => turn.systemInstructions.length + turn.input.length);
    expect(instructed({})).toEqual([1, 0]);
    expect(instructed({ systemInstructions })).toEqual([0, 1]);
    expect(instructed({ input: [say('system', 'be brief')] })).toEqual([0, 1]);
  });

  it('is silent where nothing was captured', () => {
    expect(conversationOf([{ parent: -1, operation: 'inference' }]).isSilent).toBe(true);
    const said = { output: [say('assistant', 'hi')] };
    expect(conversationOf([{ parent: -1, operation: 'inference', said }]).isSilent).toBe(false);
  });

  it('ends with each call told once, whatever is called the parent of what', () => {
    const sketch = fc.record({
      parent: fc.integer({ min: -1, max: 9 }),
      operation: fc.constantFrom<AiOperation>('agent', 'inference', 'tool'),
      said: fc.constantFrom({ output: [say('assistant', 'a')] }, {}),
    });
    fc.assert(
      fc.property(fc.array(sketch, { minLength: 10, maxLength: 10 }), (sketches) => {
        const spans = spansOf(sketches).map(([span]) => span!);
        expect(spans.toSorted((left, right) => left - right)).toEqual(sketches.map((_, index) => index));
      }),
    );
  });
});
