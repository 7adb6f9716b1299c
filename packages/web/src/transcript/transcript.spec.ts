import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SECONDS } from '../format/duration.ts';
import { aiTrace, callOf, say } from '../testing/transcript-fixture.ts';
import type { AiSketch } from '../testing/transcript-fixture.ts';
import { summarizeAgents } from './agent-summary.ts';
import { captureHints } from './capture-hints.ts';
import { contextSteps, growthText, longestConversation, totalsOf } from './context-growth.ts';
import { findInTranscript } from './find-in-transcript.ts';
import { Folds } from './folds.ts';
import { growthBars } from './growth-bars.ts';
import { MessageFormats } from './message-format.ts';
import { transcriptMarkdown } from './transcript-markdown.ts';
import { readTranscript } from './transcript-rows.ts';
import { finishText, turnFigures } from './turn-figures.ts';

function read(sketches: readonly AiSketch[]) {
  const { document, items } = aiTrace(sketches);
  const { rows } = readTranscript(document, items);
  return { document, items, rows, told: new Map(items.map((item) => [item.spanId, item])) };
}

const turn = (tokens: readonly [number, number], parent?: number): AiSketch => ({
  name: 'm',
  operation: 'inference',
  tokens,
  ...(parent !== undefined && { parent }),
});

describe('contextSteps', () => {
  it('tells what each turn added to the context of its agent and model', () => {
    const { document, rows } = read([
      { name: 'A', operation: 'agent' },
      turn([100, 10], 0),
      { name: 'B', operation: 'agent', parent: 0 },
      turn([40, 5], 2),
      turn([130, 10], 0),
      { ...turn([9, 1], 0), name: 'small' },
      turn([50, 10], 0),
    ]);
    const steps = contextSteps(document, rows);
    expect([...steps.values()].map(({ added }) => added)).toEqual([undefined, undefined, 30, undefined, -80]);
    const longest = longestConversation(steps.values());
    expect(growthText(longest)).toBe(
      'Context of 4 turns: from 100 to 50 tokens; turn 2 added the most, 30 tokens.',
    );
  });

  it('takes calls that have nothing to do with each other for what they are', () => {
    const { document, rows } = read([turn([100, 10]), turn([130, 10])]);
    expect([...contextSteps(document, rows).values()].map(({ added }) => added)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('growthBars', () => {
  it('has room for all turns, and bars that fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000), { maxLength: 300 }),
        fc.integer({ min: 1, max: 120 }),
        (counts, most) => {
          const { document, rows } = read([
            { name: 'A', operation: 'agent' },
            ...counts.map((count) => turn([count, 1], 0)),
          ]);
          const bars = growthBars(longestConversation(contextSteps(document, rows).values()), most);
          expect(bars.length).toBeLessThanOrEqual(most);
          expect(bars.every(({ height, added }) => height <= 1 && added >= 0 && added <= height)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('summarizeAgents', () => {
  it('sums up what counts, of agents within as well, and previews what was asked and answered', () => {
    const { document, rows, told } = read([
      {
        name: 'A',
        operation: 'agent',
        tokens: [99, 99],
        isRepeated: true,
        said: { input: [say('user', '**Go**\non')] },
      },
      { ...turn([10, 1], 0), usd: 1, costSource: 'reported' },
      { name: 'B', operation: 'agent', parent: 0, said: { output: [say('assistant', 'found')] } },
      { ...turn([20, 2], 2), usd: 2, costSource: 'estimated', said: { input: [say('user', 'find')] } },
      { ...turn([30, 3], 2), costSource: 'unpriced' },
    ]);
    const sums = summarizeAgents(document, rows, told);
    expect(sums.get(0)).toMatchObject({
      inputTokens: 60,
      outputTokens: 6,
      calls: 3,
      reportedUsd: 1,
      estimatedUsd: 2,
      unpricedCount: 1,
      asked: 'Go on',
    });
    expect(sums.get(2)).toMatchObject({ inputTokens: 50, calls: 2, asked: 'find', answered: 'found' });
  });

  it('counts what a call used that has no row, as it says nothing that the one around it does not', () => {
    const { document, rows, told } = read([
      { name: 'A', operation: 'agent' },
      { ...turn([70, 7], 0), isRepeated: true, said: { output: [say('assistant', 'done')] } },
      { ...turn([70, 7], 1), usd: 3, costSource: 'estimated' },
    ]);
    expect(rows).toHaveLength(2);
    expect(summarizeAgents(document, rows, told).get(0)).toMatchObject({
      inputTokens: 70,
      outputTokens: 7,
      calls: 1,
      estimatedUsd: 3,
    });
  });
});

describe('totalsOf', () => {
  it('counts turns, and tools with those of calls', () => {
    const output = [{ role: 'assistant', name: null, parts: [callOf('look', '1')] }];
    const { document, rows } = read([
      { ...turn([1, 1]), said: { output } },
      { name: 'look', operation: 'tool', status: 'error', ai: { toolCallId: '1' } },
      { name: 'find', operation: 'tool' },
    ]);
    expect(totalsOf(document, rows)).toEqual({ turns: 1, tools: 2, failedTools: 1, models: ['m'] });
  });
});

describe('turnFigures', () => {
  it('says whose word a cost is', () => {
    const figuresOf = (sketch: Partial<AiSketch>) => {
      const { document, rows } = read([{ ...turn([1_000, 50]), ...sketch }]);
      return turnFigures(document.spans.ai, rows[0]!, undefined, SECONDS).map(({ name, text, title }) => [
        name,
        text,
        title,
      ]);
    };
    const estimated = { source: 'estimated', usd: 0.5, priceTable: 'prices 3', by: 'service' } as const;
    expect(
      figuresOf({ usd: 0.5, costSource: 'estimated', cachedTokens: 250, ai: { cost: estimated } }),
    ).toEqual([
      ['growth', '', ''],
      ['tokens', '1000 → 50', '1,000 tokens in, 50 out'],
      ['cached', '25.0 %', '250 tokens of the input came from the cache'],
      ['cost', '≈ $0.50', 'estimated by the service, prices 3'],
      ['first', '', expect.any(String)],
    ]);
    expect(figuresOf({ costSource: 'unpriced' })[3]?.[1]).toBe('unpriced');
    expect(figuresOf({ usd: 1, costSource: 'reported', isRepeated: true })[3]?.[1]).toBe('($1.00)');
  });

  it.each([
    [['stop'], false, ''],
    [['length'], false, 'cut: length'],
    [['tool_call'], true, ''],
    [['tool_call'], false, 'calls tools'],
    [['content_filter', 'odd', 'odd'], false, 'filtered, odd'],
  ])('says of %j why a model ended: %s %j', (finishReasons, callsTools, text) => {
    const { rows } = read([{ ...turn([1, 1]), ai: { finishReasons } }]);
    expect(finishText({ ...rows[0]!, callsTools })).toBe(text);
  });
});

describe('findInTranscript', () => {
  it('finds in what is said, given, returned and reported, in any case', () => {
    const parts = [
      { type: 'reasoning' as const, text: 'think of the Lamp' },
      callOf('look', '1', { at: 'lamp' }),
      { type: 'text' as const, text: 'none' },
    ];
    const { rows } = read([
      { ...turn([1, 1]), name: 'lamp-4', said: { output: [{ role: 'assistant', name: null, parts }] } },
      { name: 'look', operation: 'tool', status: 'error', message: 'no lAmp', ai: { toolCallId: '1' } },
    ]);
    expect(findInTranscript(rows, 'LAMP').map(({ piece }) => piece)).toEqual([undefined, 'o0.0', 'o0.1']);
    expect(findInTranscript(rows, '')).toEqual([]);
    expect(findInTranscript(rows, 'sun')).toEqual([]);
  });
});

describe('transcriptMarkdown', () => {
  it('has all of it, and nothing that ends a block of code', () => {
    const parts = [callOf('look', '1', { code: '```` ' })];
    const { document, rows } = read([
      {
        ...turn([10, 5]),
        said: { input: [say('user', 'see')], output: [{ role: 'assistant', name: null, parts }] },
      },
      {
        name: 'look',
        operation: 'tool',
        status: 'error',
        message: 'too\ndark',
        said: { result: 'plain' },
        ai: { toolCallId: '1' },
      },
    ]);
    const text = transcriptMarkdown(document, rows);
    expect(text).toContain('## m · 10 → 5 tokens · 10 ms');
    expect(text).toContain('**user**\n\nsee');
    expect(text).toContain('→ `look` · 10 ms\n\n`````json\n');
    expect(text).toContain('**error**: too dark');
    expect(text).toContain('```\nplain\n```');
  });
});

describe('MessageFormats', () => {
  it('remembers the choice for all, and forgets those for single messages with it', () => {
    const kept = new Map<string, string>();
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const formats = new MessageFormats(store);
    formats.choose('a', 'json');
    expect([formats.of('a'), formats.of('b')]).toEqual(['json', 'markdown']);
    formats.chooseAll('plain');
    expect(formats.of('a')).toBe('plain');
    expect(new MessageFormats(store).all.value).toBe('plain');
  });

  it('does without storage', () => {
    const refuse = (): never => {
      throw new Error('forbidden');
    };
    const formats = new MessageFormats({ getItem: refuse, setItem: refuse });
    formats.chooseAll('json');
    expect(formats.of('a')).toBe('json');
  });
});

describe('Folds', () => {
  it('keeps what was chosen, else what is usual', () => {
    const folds = new Folds();
    folds.set('a', false);
    folds.setAll(['b', 'c'], true);
    expect([folds.isOpen('a', true), folds.isOpen('b', false), folds.isOpen('x', true)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('captureHints', () => {
  it('has one for each sender, and the usual ones for none', () => {
    expect(captureHints(['codex', 'ai-sdk', 'codex']).map(({ sender }) => sender)).toEqual([
      'Codex',
      'AI SDK',
    ]);
    expect(captureHints([]).map(({ sender }) => sender)).toContain('@tta/obs');
  });
});
