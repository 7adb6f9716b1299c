import { describe, expect, it } from '@jest/globals';
import type { AiMessage, AiPart, AiTranscript } from '../ai-span.ts';
import { ToldMessages } from './told-messages.ts';

const say = (role: string, text: string): AiMessage => ({
  role,
  name: null,
  parts: [{ type: 'text', text }],
});
const transcript = (changes: Partial<AiTranscript>): AiTranscript => ({
  systemInstructions: [],
  input: [],
  output: [],
  toolDefinitions: [],
  arguments: null,
  result: null,
  isCut: false,
  ...changes,
});
const textsOf = (messages: readonly AiMessage[]) =>
  messages.map(({ parts: [part] }) => (part as { text: string }).text);

describe('ToldMessages', () => {
  it('leaves out what the turn before has said, and counts it', () => {
    const told = new ToldMessages();
    const first = [say('user', 'hi')];
    const answer = say('assistant', 'hello');
    expect(told.turn(transcript({ input: first, output: [answer] }))).toMatchObject({ earlierCount: 0 });
    const { earlierCount, input } = told.turn(transcript({ input: [...first, answer, say('user', 'and?')] }));
    expect([earlierCount, textsOf(input)]).toEqual([2, ['and?']]);
  });

  it('tells a message again that is said again', () => {
    const told = new ToldMessages();
    told.turn(transcript({ input: [say('user', 'ok')] }));
    expect(textsOf(told.turn(transcript({ input: [say('user', 'ok'), say('user', 'ok')] })).input)).toEqual([
      'ok',
    ]);
  });

  it('knows a history that was cut at its begin or summed up', () => {
    const told = new ToldMessages();
    told.turn(transcript({ input: ['a', 'b', 'c'].map((text) => say('user', text)) }));
    const { earlierCount, input } = told.turn(
      transcript({ input: ['in short', 'b', 'c', 'd'].map((text) => say('user', text)) }),
    );
    expect([earlierCount, textsOf(input)]).toEqual([2, ['in short', 'd']]);
  });

  it('tells conversations apart that go on side by side', () => {
    const told = new ToldMessages();
    told.turn(transcript({ input: [say('user', 'left')] }));
    told.turn(transcript({ input: [say('user', 'right')] }));
    expect(told.turn(transcript({ input: [say('user', 'left'), say('user', 'on')] })).earlierCount).toBe(1);
  });

  it('goes by what is said: reasoning, ids and spaces at the ends do not count', () => {
    const told = new ToldMessages();
    const call = (id: string): AiPart => ({ type: 'tool_call', id, name: 'look', arguments: { at: 1 } });
    const assistant = (parts: AiPart[]): AiMessage => ({ role: 'assistant', name: null, parts });
    told.turn(transcript({ output: [assistant([{ type: 'reasoning', text: 'hm' }, call('1')])] }));
    const again = told.turn(transcript({ input: [assistant([call('2')]), say('user', 'x')] }));
    expect([again.earlierCount, again.input.length]).toEqual([1, 1]);
  });

  it('tells instructions again only when they are others', () => {
    const told = new ToldMessages();
    const instructed = (text: string) =>
      told.turn(transcript({ systemInstructions: [{ type: 'text', text }] })).hasNewInstructions;
    expect([instructed('be brief'), instructed('be brief'), instructed('be kind')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(told.turn(transcript({})).hasNewInstructions).toBe(false);
  });

  it('takes the result of a tool that was told for known, and tells which calls were', () => {
    const told = new ToldMessages();
    const call: AiPart = { type: 'tool_call', id: null, name: 'look', arguments: { at: 1 } };
    told.turn(transcript({ output: [{ role: 'assistant', name: null, parts: [call] }] }));
    expect(told.tool('look', { arguments: { at: 1 }, result: { seen: 'a lamp' } })).toBe(true);
    expect(told.tool('look', { arguments: { at: 2 }, result: null })).toBe(false);
    const response: AiPart = { type: 'tool_response', id: 'c', response: { seen: 'a lamp' } };
    const { earlierCount, input } = told.turn(
      transcript({ input: [{ role: 'tool', name: null, parts: [response] }] }),
    );
    expect([earlierCount, input]).toEqual([1, []]);
  });

  it('lets what holds others together not say their answers again', () => {
    const told = new ToldMessages();
    told.turn(transcript({ output: [say('assistant', 'done')] }));
    const repeated = transcript({ output: [say('assistant', 'done')] });
    expect(told.turn(repeated, true).output).toEqual([]);
    expect(told.turn(repeated).output).toHaveLength(1);
  });
});
