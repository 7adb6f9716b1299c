import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AgentMessage } from './conversation.ts';
import { copied, keptCalls } from './kept-calls.ts';

const given = (id: unknown, name = 'look'): object => ({ id, name, arguments: {} });
const idsOf = (calls: readonly unknown[], history: readonly AgentMessage[] = []): unknown[] | undefined =>
  keptCalls(calls, history)?.map(({ id }) => id);

describe('keptCalls', () => {
  it('keeps an id that is a text, and makes one in place of any other', () => {
    const odd = [undefined, null, 7, {}, '', 'x'.repeat(10_001)];
    expect(idsOf(['functions.look:0', 'x'.repeat(10_000), ...odd].map((id) => given(id)))).toEqual([
      'functions.look:0',
      'x'.repeat(10_000),
      'call-2',
      'call-3',
      'call-4',
      'call-5',
      'call-6',
      'call-7',
    ]);
  });

  it('makes an id where a call of the reply or of the conversation has it already', () => {
    const history: AgentMessage[] = [
      { role: 'user', text: 'go' },
      { role: 'assistant', text: '', toolCalls: [{ name: 'look', arguments: {}, id: 'a' }] },
    ];
    expect(
      idsOf(
        ['a', 'b', 'b', 'call-3'].map((id) => given(id)),
        history,
      ),
    ).toEqual(['call-1', 'b', 'call-3', 'call-4']);
  });

  it.each([
    ['look', 'look'],
    ['get weather', 'get_weather'],
    ['functions.look', 'functions_look'],
    ['x'.repeat(100), 'x'.repeat(64)],
    ['', '_'],
    ['😀', '__'],
    ['{"name":"look"}', '__name___look__'],
  ])('gives the name %j as %j', (name, kept) => {
    expect(keptCalls([given('a', name)], [])).toMatchObject([{ name: kept }]);
  });

  it('gives whatever a model answers as providers take it, or says that it is no reply', () => {
    const call = fc.record({
      name: fc.string({ unit: 'binary' }),
      id: fc.anything(),
      arguments: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(call, fc.anything())), (calls) => {
        const kept = keptCalls(calls, []);
        if (!kept) return;
        expect(kept).toHaveLength(calls.length);
        expect(new Set(kept.map(({ id }) => id)).size).toBe(calls.length);
        for (const { name, id } of kept) {
          expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
          expect(id).toMatch(/^\P{Surrogate}+$/u);
        }
      }),
    );
  });
});

describe('copied', () => {
  it('copies JSON, with whole characters', () => {
    const value = {
      list: [1, { deep: ['x'] }],
      text: 'half \uD83D',
      'key\uDE00': null,
      ['__proto__']: { a: 1 },
    };
    const copy = copied(value) as typeof value;
    expect(copy).toEqual({ ...value, text: 'half \uFFFD', 'key\uFFFD': null, 'key\uDE00': undefined });
    expect(Object.keys(copy)).toContain('__proto__');
    expect([copy === value, copy.list === value.list, copy.list[1] === value.list[1]]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('leaves what is no JSON as it is', () => {
    const value = { when: new Date(0), bytes: new Uint8Array(2), call: () => 1 };
    expect(copied(value)).toEqual(value);
    expect(Object.values(copied(value) as typeof value)).toEqual(Object.values(value));
    expect((copied(value) as typeof value).when).toBe(value.when);
  });
});
