import { describe, expect, it } from '@jest/globals';
import type { AiConvention, AiCost, AiOperation, AiSpan } from '@tta/obs-protocol';
import fc from 'fast-check';
import { sumUsage, usageShares, type UsageSpan } from './usage-shares.ts';

interface Drawn {
  readonly operation?: AiOperation;
  readonly convention?: AiConvention;
  readonly input?: number | null;
  readonly reported?: number;
  readonly estimated?: number;
  /** An estimate of the sender. */
  readonly guessed?: number;
  readonly isUnpriced?: boolean;
}

function cost({ reported, estimated, guessed, isUnpriced }: Drawn): AiCost | null {
  if (reported !== undefined) return { source: 'reported', usd: reported };
  if (estimated !== undefined) return { source: 'estimated', usd: estimated, priceTable: 't', by: 'service' };
  if (guessed !== undefined) return { source: 'estimated', usd: guessed, priceTable: null, by: 'sender' };
  return isUnpriced === true ? { source: 'unpriced' } : null;
}

function ai(drawn: Drawn): AiSpan {
  const { operation = 'inference', convention = 'otel-gen-ai', input = null } = drawn;
  return {
    operation,
    convention,
    operationName: null,
    provider: null,
    requestModel: null,
    responseModel: null,
    responseId: null,
    tokens: input === null ? null : { input, output: 0, cacheRead: null, cacheWrite: null, reasoning: null },
    cost: cost(drawn),
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
}

/** Spans by their ids, which are those of their parents with one letter more. */
function tree(drawn: Readonly<Record<string, Drawn | null>>): UsageSpan[] {
  return Object.entries(drawn).map(([spanId, one]) => ({
    spanId,
    parentSpanId: spanId.length === 1 ? null : spanId.slice(0, -1),
    ai: one === null ? null : ai(one),
  }));
}

function sums(
  drawn: Readonly<Record<string, Drawn | null>>,
): readonly [input: number, reported: number, estimated: number, unpriced: number] {
  const { tokens, reportedUsd, estimatedUsd, unpricedCount } = sumUsage(usageShares(tree(drawn)));
  return [tokens.input, reportedUsd, estimatedUsd, unpricedCount];
}

const agent = { operation: 'agent' } as const;
const tool = { operation: 'tool' } as const;
const ours = { convention: 'tta-primitives' } as const;

describe('usageShares', () => {
  it.each<[string, Parameters<typeof sums>[0], ReturnType<typeof sums>]>([
    ['nothing', {}, [0, 0, 0, 0]],
    ['a span of no AI program', { a: null }, [0, 0, 0, 0]],
    [
      'calls beside each other',
      { a: agent, ab: { input: 3, estimated: 1 }, ac: { input: 4, estimated: 2 } },
      [7, 0, 3, 0],
    ],
    [
      'an agent that repeats its calls',
      {
        a: { ...agent, input: 7, estimated: 9 },
        ab: { input: 3, estimated: 1 },
        ac: { input: 4, estimated: 1 },
      },
      [7, 0, 2, 0],
    ],
    [
      'an agent whose calls tell nothing',
      { a: { ...agent, input: 7, estimated: 9 }, ab: {}, ac: {} },
      [7, 0, 9, 0],
    ],
    [
      'an agent whose calls tell nothing but nought',
      { a: { ...agent, input: 7 }, ab: { input: 0 } },
      [7, 0, 0, 0],
    ],
    [
      'agents in agents',
      { a: { ...agent, input: 9 }, ab: { ...agent, input: 9 }, abc: { input: 9 } },
      [9, 0, 0, 0],
    ],
    [
      'a client in what instruments it',
      { a: { input: 5, isUnpriced: true }, ab: { input: 5, isUnpriced: true } },
      [5, 0, 0, 1],
    ],
    [
      'a client that tells nothing in what instruments it',
      { a: { input: 5, isUnpriced: true }, ab: {} },
      [5, 0, 0, 1],
    ],
    ['spans of others in between', { a: { ...agent, input: 5 }, ab: null, abc: { input: 5 } }, [5, 0, 0, 0]],
    [
      'a tool in a call, which calls another model',
      { a: { input: 5, estimated: 1 }, ab: tool, abc: { input: 2, estimated: 3 } },
      [7, 0, 4, 0],
    ],
    [
      'an agent around a tool that calls another model',
      { a: { ...agent, input: 7 }, ab: tool, abc: { input: 2 } },
      [2, 0, 0, 0],
    ],
    ['a cost that the source reports', { a: { input: 5, reported: 4 } }, [5, 4, 0, 0]],
    [
      'an agent that repeats the costs of its calls',
      { a: { ...agent, reported: 4 }, ab: { reported: 1 }, ac: { reported: 3 } },
      [0, 4, 0, 0],
    ],
    [
      'an agent that alone reports a cost',
      {
        a: { ...agent, reported: 4 },
        ab: { input: 1, estimated: 9 },
        ac: tool,
        acd: { input: 1, isUnpriced: true },
      },
      [2, 4, 0, 0],
    ],
    [
      'a call around the client that reports its cost',
      { a: { input: 5, estimated: 9 }, ab: { reported: 4 } },
      [5, 4, 0, 0],
    ],
    [
      'a client in a call that reports its cost',
      { a: { reported: 4 }, ab: { input: 5, estimated: 9 } },
      [5, 4, 0, 0],
    ],
    [
      'a tool in a call that reports its cost',
      { a: { reported: 4 }, ab: tool, abc: { input: 5, estimated: 9 } },
      [5, 4, 9, 0],
    ],
    [
      'executions of ours in each other, each with a cost of its own',
      { a: { ...agent, ...ours, reported: 1 }, ab: { ...ours, input: 5, reported: 2 } },
      [5, 3, 0, 0],
    ],
    [
      'a foreign call in a step of ours that was paid for',
      { a: { operation: 'step', ...ours, reported: 2 }, ab: { input: 5, estimated: 9 } },
      [5, 2, 0, 0],
    ],
    [
      'a foreign call in a step of ours that reports the same',
      { a: { operation: 'step', ...ours, reported: 2 }, ab: { input: 5, reported: 9 } },
      [5, 2, 0, 0],
    ],
    [
      'a foreign call in a call of ours, further in',
      { a: { ...ours, input: 5, reported: 2 }, ab: null, abc: { input: 5, isUnpriced: true } },
      [5, 2, 0, 0],
    ],
    [
      'a foreign call in a tool of ours that was paid for',
      { a: { ...tool, ...ours, reported: 2 }, ab: { input: 5, estimated: 9 } },
      [5, 2, 0, 0],
    ],
    [
      'a foreign call in a tool below what was paid for',
      { a: { ...ours, reported: 2 }, ab: tool, abc: { input: 5, estimated: 9 } },
      [5, 2, 9, 0],
    ],
    [
      'a foreign agent around what was paid for',
      { a: { ...agent, reported: 7 }, ab: { ...ours, input: 5, reported: 2 } },
      [5, 2, 0, 0],
    ],
    [
      'a call of ours without a price in an agent with a cost',
      { a: { ...agent, ...ours, reported: 1 }, ab: { ...ours, input: 5, estimated: 9 } },
      [5, 1, 9, 0],
    ],
    [
      'executions of ours in each other, each with an estimate of its own',
      { a: { ...agent, ...ours, guessed: 1 }, ab: { ...ours, input: 5, guessed: 2 } },
      [5, 0, 3, 0],
    ],
    [
      'a foreign call in a step of ours that has estimated it',
      { a: { operation: 'step', ...ours, guessed: 2 }, ab: { input: 5, estimated: 9 } },
      [5, 0, 2, 0],
    ],
  ])('counts once %s', (_what, drawn, expected) => {
    expect(sums(drawn)).toEqual(expected);
  });

  it('says of each span what it adds', () => {
    const shares = usageShares(
      tree({ a: { ...agent, input: 9, reported: 3 }, ab: { input: 5, estimated: 2 } }),
    );
    expect(shares).toEqual([
      { index: 0, tokens: null, reportedUsd: 3, estimatedUsd: null, isUnpriced: false, isCall: false },
      {
        index: 1,
        tokens: expect.objectContaining({ input: 5 }),
        reportedUsd: null,
        estimatedUsd: null,
        isUnpriced: false,
        isCall: true,
      },
    ]);
  });

  it('counts a call once that is told of twice, and those of tools within it', () => {
    const twice = tree({ a: agent, ab: {}, abc: {}, abcd: { operation: 'tool' }, abcde: {}, ae: {} });
    const calls = usageShares(twice).filter(({ isCall }) => isCall);
    expect(calls.map(({ index }) => twice[index]?.spanId)).toEqual(['abc', 'abcde', 'ae']);
    expect(sumUsage(usageShares(twice)).callCount).toBe(3);
  });

  it('adds up all kinds of tokens', () => {
    const tokens = { input: 9, output: 5, cacheRead: 4, cacheWrite: 3, reasoning: 2 };
    const spans = ['a', 'b'].map((spanId) => ({ spanId, parentSpanId: null, ai: { ...ai({}), tokens } }));
    expect(sumUsage(usageShares(spans)).tokens).toEqual({
      input: 18,
      output: 10,
      cacheRead: 8,
      cacheWrite: 6,
      reasoning: 4,
    });
  });

  it('counts what leads in circles, is its own parent, or has none that came', () => {
    const one = { ai: ai({ input: 1 }) };
    expect(
      sumUsage(
        usageShares([
          { spanId: 'a', parentSpanId: 'c', ...one },
          { spanId: 'b', parentSpanId: 'a', ...one },
          { spanId: 'c', parentSpanId: 'b', ...one },
          { spanId: 'self', parentSpanId: 'self', ...one },
          { spanId: 'orphan', parentSpanId: 'gone', ...one },
        ]),
      ).tokens.input,
    ).toBe(3);
  });

  it('takes a hundred thousand spans within each other', () => {
    const spans = Array.from({ length: 100_000 }, (_, index) => ({
      spanId: String(index),
      parentSpanId: String(index - 1),
      ai: ai({ operation: index % 2 === 0 ? 'agent' : 'inference', input: 7 }),
    }));
    expect(sumUsage(usageShares(spans)).tokens.input).toBe(7);
  });
});

/** A call as it was made, and who tells of it. */
interface Call {
  readonly kind: 'call';
  readonly input: number;
  /** Spans of it within each other, and whether each tells its tokens. */
  readonly layers: readonly boolean[];
  /** Tools that are run inside of it. */
  readonly tools: readonly Node[];
}
interface Group {
  readonly kind: 'agent' | 'workflow' | 'step' | 'tool' | 'foreign';
  readonly isRepeating: boolean;
  readonly inside: readonly Node[];
}
type Node = Call | Group;

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'tree' },
    fc.record({
      kind: fc.constant('call' as const),
      input: fc.integer({ min: 1, max: 1000 }),
      layers: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
      tools: fc.constant([]),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      input: fc.integer({ min: 1, max: 1000 }),
      layers: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
      tools: fc.array(
        fc.record({
          kind: fc.constant('tool' as const),
          isRepeating: fc.constant(false),
          inside: fc.array(tie('node'), { maxLength: 2, depthIdentifier: 'tree' }),
        }),
        { maxLength: 2, depthIdentifier: 'tree' },
      ),
    }),
    fc.record({
      kind: fc.constantFrom(
        'agent' as const,
        'workflow' as const,
        'step' as const,
        'tool' as const,
        'foreign' as const,
      ),
      isRepeating: fc.boolean(),
      inside: fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'tree' }),
    }),
  ),
}));

/** All that is told inside, each call once; where a call does not tell, nobody knows. */
function toldIn(one: Node): number {
  if (one.kind !== 'call') return one.inside.reduce((sum, inner) => sum + toldIn(inner), 0);
  const own = one.layers.some((isTold) => isTold) ? one.input : 0;
  return own + one.tools.reduce((sum, inner) => sum + toldIn(inner), 0);
}

function drawTree(root: Node): UsageSpan[] {
  const spans: UsageSpan[] = [];
  const add = (parentSpanId: string | null, drawn: AiSpan | null): string => {
    const spanId = String(spans.length);
    spans.push({ spanId, parentSpanId, ai: drawn });
    return spanId;
  };
  const draw = (one: Node, parent: string | null): void => {
    if (one.kind === 'call') {
      let at = parent;
      for (const isTold of one.layers)
        at = add(at, ai({ input: isTold ? one.input : null, ...(isTold && { estimated: one.input }) }));
      for (const inner of one.tools) draw(inner, at);
      return;
    }
    const told = toldIn(one);
    const isTold = one.isRepeating && one.kind !== 'foreign' && told > 0;
    const operation = one.kind === 'foreign' ? 'other' : one.kind;
    const at = add(
      parent,
      one.kind === 'foreign' ? null : ai({ operation, ...(isTold && { input: told, estimated: told }) }),
    );
    for (const inner of one.inside) draw(inner, at);
  };
  draw(root, null);
  return spans;
}

describe('sums of any tree', () => {
  it('have each call that tells its tokens once, in any order of arrival', () => {
    fc.assert(
      fc.property(node, fc.infiniteStream(fc.nat()), (root, chance) => {
        const spans = drawTree(root);
        const shuffled = spans
          .map((span) => ({ span, at: chance.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ span }) => span);
        for (const list of [spans, shuffled]) {
          const sum = sumUsage(usageShares(list));
          expect(sum.tokens.input).toBe(toldIn(root));
          expect(sum.estimatedUsd).toBe(toldIn(root));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('sums of any list', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const operation = fc.constantFrom<AiOperation>(
    'inference',
    'embeddings',
    'agent',
    'workflow',
    'tool',
    'step',
  );
  const span = fc.record({
    spanId: id,
    parentSpanId: fc.option(id),
    ai: fc.option(
      fc
        .record({
          operation,
          convention: fc.constantFrom<AiConvention>('otel-gen-ai', 'tta-primitives'),
          input: fc.option(fc.nat(9)),
          money: fc.constantFrom<Drawn>({}, { reported: 1 }, { estimated: 1 }, { isUnpriced: true }),
        })
        .map(({ money, ...rest }) => ai({ ...rest, ...money })),
    ),
  });

  it('never have a span and another call around it both, unless a tool is in between', () => {
    fc.assert(
      fc.property(fc.uniqueArray(span, { selector: ({ spanId }) => spanId }), (spans) => {
        const shares = usageShares(spans).filter(({ tokens }) => tokens !== null);
        const counted = new Set<string | undefined>(shares.map(({ index }) => spans[index]?.spanId));
        const twice = shares.flatMap(({ index }) =>
          around(spans, index).filter(({ spanId }) => counted.has(spanId)),
        );
        expect(twice).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('are never more than all that is told', () => {
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        const { tokens, reportedUsd, estimatedUsd, unpricedCount } = sumUsage(usageShares(spans));
        const all = spans.reduce((sum, one) => sum + (one.ai?.tokens?.input ?? 0), 0);
        expect(tokens.input).toBeLessThanOrEqual(all);
        expect(reportedUsd + estimatedUsd + unpricedCount).toBeLessThanOrEqual(spans.length);
      }),
    );
  });
});

/** Spans around this one that tell of it as well: those of calls as far as the next tool. */
function around(spans: readonly UsageSpan[], index: number): readonly UsageSpan[] {
  const found: UsageSpan[] = [];
  let isNear = spans[index]?.ai?.operation !== 'tool';
  let at = parentOf(spans, spans[index]);
  // A circle is cut somewhere: only what certainly lies in each other is looked at.
  while (at && !isCircle(spans, at)) {
    const operation = at.ai?.operation;
    const isCall = operation === 'inference' || operation === 'embeddings';
    if (isNear || !isCall) found.push(at);
    if (operation === 'tool') isNear = false;
    at = parentOf(spans, at);
  }
  return found;
}

function parentOf(spans: readonly UsageSpan[], span: UsageSpan | undefined): UsageSpan | undefined {
  return spans.find(({ spanId }) => spanId === span?.parentSpanId);
}

function isCircle(spans: readonly UsageSpan[], from: UsageSpan): boolean {
  const seen = new Set<string>();
  let at: UsageSpan | undefined = from;
  while (at) {
    if (seen.has(at.spanId)) return true;
    seen.add(at.spanId);
    at = parentOf(spans, at);
  }
  return false;
}
