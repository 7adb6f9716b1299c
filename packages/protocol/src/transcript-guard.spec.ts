import { describe, expect, it } from '@jest/globals';
import { isTranscriptList } from './guards.ts';
import type { AiPart, AiSpan, AiTranscript } from './ai-span.ts';

const ai: AiSpan = {
  operation: 'inference',
  operationName: 'chat',
  convention: 'otel-gen-ai',
  provider: null,
  requestModel: null,
  responseModel: null,
  responseId: null,
  tokens: null,
  cost: null,
  finishReasons: ['stop'],
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

const said = (transcript: Partial<Record<keyof AiTranscript, unknown>>) => ({
  items: [
    {
      spanId: 'a'.repeat(16),
      ai,
      transcript: {
        systemInstructions: [],
        input: [],
        output: [],
        toolDefinitions: [],
        arguments: null,
        result: null,
        isCut: false,
        ...transcript,
      },
    },
  ],
  nextCursor: null,
});

const parts: readonly AiPart[] = [
  { type: 'text', text: 'hello' },
  { type: 'reasoning', text: 'hm' },
  { type: 'tool_call', id: null, name: 'look', arguments: { at: [1, null] } },
  { type: 'tool_response', id: 'c1', response: 'a lamp' },
  { type: 'blob', mimeType: 'image/png', modality: 'image', data: 'AA==' },
  { type: 'uri', mimeType: null, modality: null, uri: 'https://example.org' },
  { type: 'file', mimeType: null, modality: null, fileId: 'f1' },
  { type: 'unknown', value: { any: true } },
];

describe('isTranscriptList', () => {
  it('accepts every kind of part', () => {
    const message = { role: 'user', name: null, parts };
    const tool = { name: 'look', description: null, parameters: null };
    const whole = said({
      systemInstructions: parts,
      input: [message],
      output: [message],
      toolDefinitions: [tool],
      arguments: { a: 1 },
      result: 'x',
    });
    expect(isTranscriptList(whole)).toBe(true);
    expect(isTranscriptList({ items: [], nextCursor: 'next' })).toBe(true);
  });

  it('refuses what does not say what the span did', () => {
    const [item] = said({}).items;
    expect(isTranscriptList({ items: [{ ...item, ai: null }], nextCursor: null })).toBe(false);
  });

  it.each<[string, Partial<Record<keyof AiTranscript, unknown>>]>([
    ['a part of no known type', { systemInstructions: [{ type: 'song', text: 'la' }] }],
    ['a text that is none', { systemInstructions: [{ type: 'text', text: 1 }] }],
    ['a message without a role', { input: [{ name: null, parts: [] }] }],
    ['a value that is no JSON', { result: () => 1 }],
    ['a tool without a name', { toolDefinitions: [{ description: null, parameters: null }] }],
    ['what is neither cut nor whole', { isCut: null }],
  ])('refuses %s', (_, transcript) => {
    expect(isTranscriptList(said(transcript))).toBe(false);
  });
});
