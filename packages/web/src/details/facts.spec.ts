import { describe, expect, it } from '@jest/globals';
import type { AiSpan } from '@tta/obs-protocol';
import { aiFacts } from './ai-facts.ts';
import { primitiveWords } from './primitive-words.ts';

const bare: AiSpan = {
  operation: 'inference',
  operationName: 'chat',
  convention: 'otel-gen-ai',
  provider: 'openai',
  requestModel: 'gpt-5',
  responseModel: 'gpt-5-2026-01',
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

function lines(ai: Partial<AiSpan>): string[] {
  return aiFacts({ ...bare, ...ai }).map(
    ({ name, text, note }) => `${name}: ${text}${note === undefined ? '' : ` (${note})`}`,
  );
}

describe('aiFacts', () => {
  it('tells what was asked for and who answered', () => {
    expect(lines({})).toEqual([
      'Operation: inference (chat)',
      'Provider: openai',
      'Model: gpt-5-2026-01 (asked for gpt-5)',
    ]);
    expect(lines({ responseModel: null })).toContain(
      'Model: gpt-5 (asked for; which one answered is not told)',
    );
    expect(lines({ requestModel: 'gpt-5-2026-01' })).toContain('Model: gpt-5-2026-01');
  });

  it('splits tokens', () => {
    const tokens = { input: 1_200, output: 300, cacheRead: 900, cacheWrite: 0, reasoning: 30 };
    expect(lines({ tokens })).toEqual(
      expect.arrayContaining([
        'Tokens in: 1,200 (900 read from the cache (75.0 %))',
        'Tokens out: 300 (30 for reasoning (10.0 %))',
      ]),
    );
    expect(
      lines({ operation: 'agent', operationName: null, tokens: { ...tokens, reasoning: null } }),
    ).toContain('Tokens out: 300 (of the calls within it)');
    const none = { input: null, output: null, cacheRead: null, cacheWrite: null, reasoning: 5 };
    expect(lines({ tokens: none }).slice(3)).toEqual(['Tokens out: not told (5 for reasoning)']);
  });

  it('says whose word a cost is', () => {
    expect(lines({ cost: { source: 'reported', usd: 0.25 } }).at(-1)).toBe(
      'Cost: $0.25 (reported by the source)',
    );
    expect(
      lines({ cost: { source: 'estimated', usd: 0.25, priceTable: 'prices 2026-11', by: 'service' } }).at(-1),
    ).toBe('Cost: ≈ $0.25 (estimated by this service with the price table prices 2026-11)');
    expect(lines({ cost: { source: 'estimated', usd: 1, priceTable: null, by: 'sender' } }).at(-1)).toBe(
      'Cost: ≈ $1.00 (estimated by the program with a table of prices)',
    );
    expect(lines({ cost: { source: 'unpriced' } }).at(-1)).toMatch(/^Cost: unpriced/);
  });

  it('tells the rest where it is told', () => {
    const rest = {
      finishReasons: ['stop', 'length'],
      timeToFirstChunkMs: 420,
      toolName: 'search',
      agentName: 'a',
    };
    expect(lines(rest).slice(3)).toEqual([
      'Finished: stop, length',
      'First chunk: after 420 ms',
      'Tool: search',
      'Agent: a',
    ]);
  });
});

describe('primitiveWords', () => {
  it('says nothing where nothing is told', () => {
    expect(primitiveWords({})).toEqual([]);
  });

  it('puts facts into words', () => {
    expect(
      primitiveWords({
        cacheOutcome: 'hit',
        cacheAgeMs: 1_500,
        backoffMs: [100, null],
        retryStopped: 'asked_to_wait',
        circuitChanges: ['open', 'half_open'],
        choice: 'then',
        reason: 'condition',
        callers: 1,
      }),
    ).toEqual([
      { name: 'Cache', text: 'hit', note: '1.5 s old' },
      { name: 'Back-off', text: '100 ms, not told', note: 'before each further attempt' },
      { name: 'Gave up', text: 'the other side asked for a longer wait than it may take' },
      { name: 'Circuit went', text: 'open → half open' },
      { name: 'Callers', text: '1' },
      { name: 'Decided', text: 'then', note: 'condition' },
    ]);
    expect(
      primitiveWords({
        fallbackDepth: 1,
        fallbackStopped: 'streamed',
        isAbandoned: true,
        hedgeAttempts: 2,
        hedgeWinner: 2,
        decidedBy: 'Grace',
        remark: 'too dear',
        effectiveness: 0.5,
        undone: ['refund', 'cancel'],
        chunks: 3,
        firstChunkMs: 20,
      }).map(({ name, text, note }) => [name, text, note]),
    ).toEqual([
      ['Answered by', 'alternative 1', undefined],
      ['Went no further', 'a reader had a part of the answer already', undefined],
      ['Left behind', 'went on after its caller had stopped waiting', undefined],
      ['Hedge', '2 attempts', 'attempt 2 answered first'],
      ['Decided by', 'Grace', 'too dear'],
      ['Lanes busy', '50.0 %', undefined],
      ['Undone', 'refund, cancel', undefined],
      ['Chunks', '3', undefined],
      ['First chunk', 'after 20 ms', undefined],
    ]);
    expect(
      primitiveWords({ retryStopped: 'new_reason', fallbackStopped: 'constructor', reason: 'why' }),
    ).toEqual([
      { name: 'Gave up', text: 'new reason' },
      { name: 'Went no further', text: 'constructor' },
      { name: 'Reason', text: 'why' },
    ]);
  });
});
