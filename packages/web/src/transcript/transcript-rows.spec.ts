import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AiOperation, AiPart } from '@tta/obs-protocol';
import { aiTrace, callOf, say } from '../testing/transcript-fixture.ts';
import type { AiSketch } from '../testing/transcript-fixture.ts';
import { readTranscript } from './transcript-rows.ts';
import type { TranscriptRow } from './transcript-rows.ts';
import { agentsAround, neighbouringFailure, rowOfSpanId, shownRows } from './visible-turns.ts';

function rowsOf(sketches: readonly AiSketch[]): readonly TranscriptRow[] {
  const { document, items } = aiTrace(sketches);
  return readTranscript(document, items).rows;
}

/** Rows as short texts: `model: user hi | assistant → look({"at":1}) = "a lamp"`. */
function sketchOf({ title, speeches }: TranscriptRow): string {
  const told = speeches.map(({ speaker, pieces }) => {
    const parts = pieces.map((piece) => {
      if (piece.type === 'tool') {
        const { name, given, result } = piece.use;
        return `→ ${name}(${JSON.stringify(given)}) = ${JSON.stringify(result) ?? '?'}`;
      }
      if (piece.type === 'value') return `${piece.label} ${JSON.stringify(piece.value)}`;
      return piece.type === 'attachment' ? piece.part.type : piece.text;
    });
    return `${speaker} ${parts.join(' ')}`;
  });
  return `${title}: ${told.join(' | ')}`;
}

const assistant = (...parts: AiPart[]) => ({ role: 'assistant', name: null, parts });
const response = (id: string | null, value: string): AiPart => ({
  type: 'tool_response',
  id,
  response: value,
});

describe('readTranscript', () => {
  it('puts the span of a tool to the call of it, by its id', () => {
    const rows = rowsOf([
      {
        name: 'm',
        operation: 'inference',
        said: { output: [assistant(callOf('look', 'c1', { at: 1 }), callOf('look', 'c2', { at: 1 }))] },
      },
      {
        name: 'look',
        operation: 'tool',
        said: { arguments: { at: 1 }, result: 'second' },
        ai: { toolCallId: 'c2' },
        status: 'error',
        message: 'dark',
      },
      {
        name: 'look',
        operation: 'tool',
        said: { arguments: { at: 1 }, result: 'first' },
        ai: { toolCallId: 'c1' },
      },
    ]);
    expect(rows.map(sketchOf)).toEqual([
      'm: assistant → look({"at":1}) = "first" → look({"at":1}) = "second"',
    ]);
    const second = rows[0]?.speeches[0]?.pieces[1];
    expect(second?.type === 'tool' && second.use.execution).toMatchObject({
      status: 'error',
      message: 'dark',
    });
  });

  it('tells calls apart that were given the same id, as sources do that number those of each turn anew', () => {
    const turn = (place: string, result: string): AiSketch[] => [
      {
        name: 'm',
        operation: 'inference',
        said: { output: [assistant(callOf('look', 'call_0', { place }))] },
      },
      {
        name: 'look',
        operation: 'tool',
        said: { arguments: JSON.stringify({ place }), result },
        ai: { toolCallId: 'call_0' },
      },
    ];
    expect(rowsOf([...turn('here', 'a lamp'), ...turn('there', 'a key')]).map(sketchOf)).toEqual([
      'm: assistant → look({"place":"here"}) = "a lamp"',
      'm: assistant → look({"place":"there"}) = "a key"',
    ]);
  });

  it('puts them together by name and arguments where there are no ids, one after the other', () => {
    const rows = rowsOf([
      {
        name: 'm',
        operation: 'inference',
        said: { output: [assistant(callOf('look', null, { at: 1 }), callOf('look', null, { at: 1 }))] },
      },
      { name: 'look', operation: 'tool', said: { arguments: { at: 1 }, result: 'a' } },
      { name: 'look', operation: 'tool', said: { arguments: { at: 1 }, result: 'b' } },
      { name: 'look', operation: 'tool', said: { arguments: { at: 2 }, result: 'c' } },
    ]);
    expect(rows.map(sketchOf)).toEqual([
      'm: assistant → look({"at":1}) = "a" → look({"at":1}) = "b"',
      'look: tool → look({"at":2}) = "c"',
    ]);
    expect(rows[0]?.callsTools).toBe(true);
  });

  it('takes the result from the next message where the tool has no span', () => {
    const call = assistant(callOf('look', 'c1'));
    const rows = rowsOf([
      { name: 'm', operation: 'inference', said: { input: [say('user', 'hi')], output: [call] } },
      {
        name: 'm',
        operation: 'inference',
        said: {
          input: [say('user', 'hi'), call, { role: 'tool', name: null, parts: [response('c1', 'a lamp')] }],
          output: [say('assistant', 'A lamp.')],
        },
      },
    ]);
    expect(rows.map(sketchOf)).toEqual([
      'm: user hi | assistant → look({}) = "a lamp"',
      'm: assistant A lamp.',
    ]);
    expect(rows[1]?.earlierCount).toBe(2);
  });

  it('shows a result whose call is not told', () => {
    const rows = rowsOf([
      {
        name: 'm',
        operation: 'inference',
        said: { input: [{ role: 'tool', name: null, parts: [response('c9', 'a lamp')] }] },
      },
    ]);
    expect(rows.map(sketchOf)).toEqual(['m: tool result of c9 "a lamp"']);
  });

  it('keeps apart the calls of agents that use the same ids', () => {
    const rows = rowsOf([
      { name: 'A', operation: 'agent' },
      { name: 'm', operation: 'inference', parent: 0, said: { output: [assistant(callOf('look', '1'))] } },
      { name: 'B', operation: 'agent', parent: 0 },
      { name: 'look', operation: 'tool', parent: 2, said: { result: 'of B' }, ai: { toolCallId: '1' } },
    ]);
    expect(rows.map(sketchOf)).toEqual([
      'A: ',
      'm: assistant → look({}) = ?',
      'B: ',
      'look: tool → look(null) = "of B"',
    ]);
  });

  it('shows a tool that was tried again each time', () => {
    const rows = rowsOf([
      { name: 'm', operation: 'inference', said: { output: [assistant(callOf('look', '1'))] } },
      { name: 'look', operation: 'tool', status: 'error', ai: { toolCallId: '1' } },
      { name: 'look', operation: 'tool', said: { result: 'a lamp' }, ai: { toolCallId: '1' } },
    ]);
    expect(rows.map(({ title, status }) => [title, status])).toEqual([
      ['m', 'success'],
      ['look', 'success'],
    ]);
  });

  it('passes over a call of a model within one, unless it says something or failed', () => {
    const inner: AiSketch = { name: 'inner', operation: 'inference', parent: 0 };
    const outer: AiSketch = {
      name: 'outer',
      operation: 'inference',
      isRepeated: true,
      said: { output: [say('assistant', 'hi')] },
    };
    const titles = (change: Partial<AiSketch>) =>
      rowsOf([outer, { ...inner, ...change }]).map(({ title }) => title);
    expect(titles({})).toEqual(['outer']);
    expect(rowsOf([outer, inner])[0]?.isCounted).toBe(true);
    expect(titles({ status: 'error' })).toEqual(['outer', 'inner']);
    expect(titles({ said: { output: [say('assistant', 'other')] } })).toEqual(['outer', 'inner']);
  });

  it('is silent where only tools say something', () => {
    const silentOf = (...sketches: readonly AiSketch[]) => {
      const { document, items } = aiTrace(sketches);
      return readTranscript(document, items).isSilent;
    };
    const model: AiSketch = { name: 'm', operation: 'inference' };
    expect(silentOf(model, { name: 'look', operation: 'tool', said: { arguments: 'x' } })).toBe(true);
    expect(silentOf({ ...model, said: { output: [say('assistant', 'hi')] } })).toBe(false);
  });

  it('tells every span of a model and every call once, whatever comes', () => {
    const part = fc.oneof(
      fc.constantFrom('a', 'b').map((text): AiPart => ({ type: 'text', text })),
      fc
        .tuple(fc.constantFrom('look', 'find'), fc.constantFrom('1', '2', null))
        .map(([name, id]) => callOf(name, id)),
      fc.constantFrom('1', '2', null).map((id) => response(id, 'r')),
    );
    const message = fc.record({
      role: fc.constantFrom('user', 'assistant', 'tool'),
      name: fc.constant(null),
      parts: fc.array(part, { maxLength: 3 }),
    });
    const sketch = fc.record({
      parent: fc.nat(9),
      operation: fc.constantFrom<AiOperation>('agent', 'inference', 'tool', 'step', 'retrieval'),
      said: fc.record({
        input: fc.array(message, { maxLength: 3 }),
        output: fc.array(message, { maxLength: 2 }),
      }),
      toolCallId: fc.constantFrom('1', '2', null),
    });
    fc.assert(
      fc.property(fc.array(sketch, { minLength: 1, maxLength: 10 }), (drawn) => {
        const sketches = drawn.map(({ parent, operation, said, toolCallId }, index): AiSketch => ({
          name: operation === 'tool' ? 'look' : `s${index}`,
          operation,
          said,
          ai: { toolCallId },
          ...(index > 0 && { parent: parent % index }),
        }));
        const { document, items } = aiTrace(sketches);
        const { rows } = readTranscript(document, items);
        const executed = rows.flatMap(({ speeches }) =>
          speeches.flatMap(({ pieces }) =>
            pieces.flatMap((piece) =>
              piece.type === 'tool' && piece.use.execution ? [piece.use.execution.span] : [],
            ),
          ),
        );
        const tools = sketches.flatMap(({ operation }, index) => (operation === 'tool' ? [index] : []));
        expect([...new Set(executed)].toSorted((one, other) => one - other)).toEqual(tools);
        expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
      }),
    );
  });
});

const nested: readonly AiSketch[] = [
  { name: 'A', operation: 'agent' },
  { name: 'm', operation: 'inference', parent: 0, said: { output: [assistant(callOf('ask', 'c'))] } },
  { name: 'ask', operation: 'tool', parent: 0, ai: { toolCallId: 'c' } },
  { name: 'B', operation: 'agent', parent: 2 },
  { name: 'n', operation: 'inference', parent: 3 },
  { name: 'C', operation: 'agent', parent: 3 },
  { name: 'o', operation: 'inference', parent: 5 },
  { name: 'p', operation: 'inference', parent: 0 },
];

describe('shownRows', () => {
  it('leaves out what is within closed agents, also open ones within them', () => {
    const rows = rowsOf(nested);
    const titles = (...closed: string[]) =>
      shownRows(rows, ({ title }) => !closed.includes(title))
        .map(({ title }) => title)
        .join('');
    expect([titles(), titles('C'), titles('B'), titles('A')]).toEqual(['AmBnCop', 'AmBnCp', 'AmBp', 'A']);
  });
});

describe('rowOfSpanId', () => {
  it('finds the row of a span, of the call of a tool, and of what it is within', () => {
    const { document, items } = aiTrace(nested);
    const { rows } = readTranscript(document, items);
    const { spanId } = document.spans;
    const titleOf = (index: number) => rowOfSpanId(rows, spanId[index]!, document.spans)?.title;
    expect([0, 2, 6].map(titleOf)).toEqual(['A', 'm', 'o']);
    expect(rowOfSpanId(rows, 'ffffffffffffffff', document.spans)).toBeUndefined();
    const inner = rows.find(({ title }) => title === 'o')!;
    expect(agentsAround(rows, inner).map(({ title }) => title)).toEqual(['C', 'B', 'A']);
  });
});

describe('neighbouringFailure', () => {
  it('goes from failure to failure, of tools as well, around the ends', () => {
    const rows = rowsOf([
      { name: 'A', operation: 'agent' },
      { name: 'm', operation: 'inference', parent: 0, status: 'error' },
      { name: 'n', operation: 'inference', parent: 0 },
      { name: 'look', operation: 'tool', parent: 0, status: 'timeout' },
    ]);
    const keyOf = (title: string) => rows.find((row) => row.title === title)?.key;
    const from = (title: string | undefined, step: 1 | -1) =>
      neighbouringFailure(rows, title === undefined ? undefined : keyOf(title), step)?.title;
    expect([from(undefined, 1), from('m', 1), from('n', 1), from('look', 1)]).toEqual([
      'm',
      'look',
      'look',
      'm',
    ]);
    expect([from(undefined, -1), from('look', -1), from('m', -1)]).toEqual(['look', 'm', 'look']);
    expect(neighbouringFailure([], undefined, 1)).toBeUndefined();
  });
});
