import { describe, expect, it } from '@jest/globals';
import type { AiOperation, ExecutionStatus, PrimitiveFacts, TraceDocument } from '@tta/obs-protocol';
import { traceTree } from './trace-tree.ts';

interface AiSketch {
  readonly operation: AiOperation;
  readonly model?: string;
  readonly tool?: string;
  readonly agent?: string;
  readonly tokens?: readonly [input: number | null, output: number | null, cached?: number];
  readonly usd?: number;
  readonly source?: 'reported' | 'estimated' | 'unpriced';
  readonly priceTable?: string;
  readonly repeats?: boolean;
}

interface SpanSketch {
  readonly ai?: AiSketch;
  readonly name: string;
  readonly parent?: number;
  readonly ms?: number;
  readonly status?: ExecutionStatus;
  readonly message?: string;
  readonly type?: string;
  readonly label?: string;
  readonly isOrphan?: boolean;
  readonly facts?: PrimitiveFacts;
}

function traceOf(
  spans: readonly SpanSketch[],
  summary: Partial<TraceDocument['summary']> = {},
): TraceDocument {
  return {
    summary: {
      traceId: 'a'.repeat(32),
      name: 'nightly',
      serviceName: 'shop',
      status: spans[0]?.status ?? 'success',
      startTimeMs: 0,
      durationMs: 1000,
      spanCount: spans.length,
      errorCount: spans.filter((span) => span.status === 'error' || span.status === 'timeout').length,
      hasRoot: true,
      isPartial: false,
      isPinned: false,
      sessionId: null,
      userId: null,
      usage: null,
      seq: 1,
      ...summary,
    },
    services: ['shop'],
    spans: {
      spanId: spans.map((_, index) => String(index).padStart(16, '0')),
      parentIndex: spans.map((span) => span.parent ?? -1),
      parentSpanId: spans.map((span) =>
        span.parent === undefined && !span.isOrphan ? null : 'b'.repeat(16),
      ),
      name: spans.map((span) => span.name),
      kind: spans.map(() => 1),
      startMs: spans.map((_, index) => index),
      durationMs: spans.map((span) => span.ms ?? 10),
      status: spans.map((span) => span.status ?? 'success'),
      statusMessage: spans.map((span) => span.message ?? null),
      primitiveType: spans.map((span) => span.type ?? null),
      label: spans.map((span) => span.label ?? null),
      service: spans.map(() => 0),
      ai: aiColumnsOf(spans),
      primitives: {
        span: spans.flatMap(({ facts }, span) => (facts === undefined ? [] : [span])),
        facts: spans.flatMap(({ facts }) => facts ?? []),
      },
    },
  };
}

function aiColumnsOf(spans: readonly SpanSketch[]): TraceDocument['spans']['ai'] {
  const found = spans.flatMap(({ ai }, span) => (ai === undefined ? [] : [{ span, ...ai }]));
  return {
    span: found.map(({ span }) => span),
    operation: found.map(({ operation }) => operation),
    provider: found.map(() => null),
    model: found.map(({ model }) => model ?? null),
    inputTokens: found.map(({ tokens }) => tokens?.[0] ?? null),
    outputTokens: found.map(({ tokens }) => tokens?.[1] ?? null),
    cacheReadTokens: found.map(({ tokens }) => tokens?.[2] ?? null),
    costUsd: found.map(({ usd }) => usd ?? null),
    costSource: found.map(({ source }) => source ?? null),
    priceTable: found.map(({ priceTable }) => priceTable ?? null),
    countsTokens: found.map(({ repeats }) => repeats !== true),
    countsCost: found.map(({ repeats }) => repeats !== true),
    timeToFirstChunkMs: found.map(() => null),
    finishReasons: found.map(() => []),
    tool: found.map(({ tool }) => tool ?? null),
    agent: found.map(({ agent }) => agent ?? null),
  };
}

const drawn = (document: TraceDocument, columns = 72) => traceTree(document, { columns, hasColour: false });
/** The tree without the header. */
const plain = (document: TraceDocument, columns?: number) =>
  drawn(document, columns).replace(/^[^]*?\n\n/, '');
const lambda = (label: string, parent: number, more: Partial<SpanSketch> = {}): SpanSketch => ({
  name: 'primitive.lambda.execute',
  type: 'lambda',
  label,
  parent,
  ...more,
});

describe('traceTree', () => {
  it('shows a step and its only child as one row, with durations right-aligned', () => {
    const tree = plain(
      traceOf([
        { name: 'primitive.sequential.execute', type: 'sequential', label: 'main', ms: 1240 },
        { name: 'primitive.sequential.step_0', label: 'read', parent: 0, ms: 0.42 },
        lambda('read commits', 1, { ms: 0.4 }),
        { name: 'primitive.sequential.step_1', label: 'analyse', parent: 0, ms: 812 },
        { name: 'primitive.parallel.execute', type: 'parallel', label: 'analyse', parent: 3, ms: 810 },
        { name: 'primitive.parallel.branch_churn', parent: 4, ms: 80 },
        lambda('churn', 5, { ms: 80 }),
        { name: 'primitive.parallel.branch_risks', parent: 4, ms: 12.5 },
        lambda('find risks', 7, { ms: 12 }),
      ]),
    );
    expect(tree).toBe(
      [
        '✓ » nightly  sequential                                           1.24 s',
        '├─ ✓ λ read commits                                              0.42 ms',
        '└─ ✓ ≡ analyse  parallel                                          812 ms',
        '   ├─ ✓ λ churn                                                  80.0 ms',
        '   └─ ✓ λ risks · find risks                                     12.5 ms',
        '',
      ].join('\n'),
    );
  });

  it('numbers retries and tells an error where it arose', () => {
    const busy = { status: 'error', message: '429 Too Many Requests' } as const;
    const late = { status: 'timeout', message: 'no answer within 2000 ms' } as const;
    const tree = plain(
      traceOf([
        { name: 'primitive.fallback.execute', type: 'fallback', label: 'ask', ms: 3300 },
        { name: 'primitive.fallback.primary', parent: 0, ms: 3000, ...late },
        { name: 'primitive.timeout.execute', type: 'timeout', label: 'model', parent: 1, ms: 3000, ...late },
        {
          name: 'primitive.retry.execute',
          type: 'retry',
          label: 'model',
          parent: 2,
          status: 'cancelled',
          ms: 3000,
        },
        { name: 'primitive.retry.attempt_1', parent: 3, ms: 50, ...busy },
        lambda('model', 4, { ms: 50, ...busy }),
        { name: 'primitive.retry.attempt_2', parent: 3, status: 'cancelled', ms: 1900 },
        lambda('model', 6, { status: 'cancelled', ms: 1900 }),
        { name: 'primitive.fallback.fallback_1', parent: 0, ms: 300 },
        lambda('local', 8, { ms: 300 }),
      ]),
    );
    expect(tree).toBe(
      [
        '✓ ↳ nightly  fallback                                             3.30 s',
        '├─ ◷ ◔ primary · model  timeout  no answer within 2000 ms         3.00 s',
        '│  └─ ⊘ ↻ model  retry  cancelled                                 3.00 s',
        '│     ├─ ✗ λ attempt 1 of 2 · model  429 Too Many Requests       50.0 ms',
        '│     └─ ⊘ λ attempt 2 of 2 · model  cancelled                    1.90 s',
        '└─ ✓ λ fallback 1 · local                                         300 ms',
        '',
      ].join('\n'),
    );
  });

  it('says of a run that it waits for a decision', () => {
    const tree = plain(
      traceOf([
        {
          name: 'primitive.resumable.execute',
          type: 'resumable',
          label: 'refund',
          status: 'suspended',
          ms: 20,
        },
        {
          name: 'primitive.approval.execute',
          type: 'approval',
          label: 'pay',
          parent: 0,
          status: 'suspended',
          ms: 1,
        },
      ]),
    );
    expect(tree).toContain('‖ ▷ nightly  resumable  suspended');
    expect(tree).toContain('‖ ⚑ pay  approval  suspended');
  });

  it('says what became of a trace whose first part waited for a decision', () => {
    const parts: SpanSketch[] = [
      { name: 'primitive.resumable.execute', type: 'resumable', label: 'main', status: 'suspended' },
      { name: 'primitive.resumable.resume', type: 'resumable', label: 'main', parent: 0 },
    ];
    expect(drawn(traceOf(parts, { status: 'success' }))).toMatch(/^✓ success in the end · /);
    expect(drawn(traceOf(parts))).toMatch(/^‖ suspended · /);
  });

  it('keeps an error silent in the ancestors that pass it on', () => {
    const failed = { status: 'error', message: 'boom' } as const;
    const tree = plain(
      traceOf([
        { name: 'outer', ...failed },
        { name: 'middle', parent: 0, ...failed },
        { name: 'inner', parent: 1, ...failed },
      ]),
    );
    expect(tree.match(/boom/g)).toHaveLength(1);
    expect(tree).toMatch(/inner {2}boom/);
  });

  it('cuts what is too wide and never exceeds the width', () => {
    const tree = plain(
      traceOf([
        { name: 'root' },
        { name: 'x'.repeat(200), parent: 0, status: 'error', message: 'y'.repeat(200) },
      ]),
      50,
    );
    expect(tree.split('\n').map((line) => [...line].length)).toEqual([50, 50, 0]);
    expect(tree).toContain('…');
  });

  it('names spans whose parent is missing and a root that has not arrived', () => {
    const tree = drawn(traceOf([{ name: 'late child', isOrphan: true }], { hasRoot: false }));
    expect(tree).toContain('\n✓ · late child  parent missing');
    expect(tree).toContain('the root has not arrived yet');
  });

  it('shows the first of many siblings and all that failed', () => {
    const tree = plain(
      traceOf([
        { name: 'root' },
        ...Array.from({ length: 100 }, (_, index): SpanSketch => ({
          name: `item ${index}`,
          parent: 0,
          ...(index === 77 && { status: 'error', message: 'bad item' }),
        })),
      ]),
    );
    expect(tree).toContain('item 18 ');
    expect(tree).not.toContain('item 19 ');
    expect(tree).toContain('✗ · item 77  bad item');
    expect(tree).toContain('└─ … 80 more, none of them failed');
  });

  it('ends after 200 rows, also in a trace deeper than the stack', () => {
    const deep = plain(
      traceOf(Array.from({ length: 20_000 }, (_, i) => ({ name: 'level', ...(i > 0 && { parent: i - 1 }) }))),
    );
    expect(deep.split('\n')).toHaveLength(202);
    expect(deep).toContain('… the rest is on the page');
  });

  it('lets no name or message steer the terminal', () => {
    const tree = plain(
      traceOf([
        { name: 'root' },
        { name: 'a\u001b[2Jb\nc', parent: 0, status: 'error', message: 'x\r\u202ey' },
      ]),
    );
    // eslint-disable-next-line no-control-regex -- nothing of these may be left
    expect(tree).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(tree).toContain('a [2Jb c  x y');
  });

  it('colours failures red and what was cut short yellow, only when asked to', () => {
    const document = traceOf([
      { name: 'root' },
      { name: 'bad', parent: 0, status: 'error', message: 'boom' },
      { name: 'late', parent: 0, status: 'timeout' },
    ]);
    const coloured = traceTree(document, { columns: 80, hasColour: true });
    expect(coloured).toContain('\u001b[31m✗\u001b[39m \u001b[2m·\u001b[22m bad  \u001b[31mboom\u001b[39m');
    expect(coloured).toContain('\u001b[33m◷\u001b[39m \u001b[2m·\u001b[22m late');
    // eslint-disable-next-line no-control-regex -- the escapes are what is compared
    expect(coloured.replace(/\u001b\[[0-9]+m/g, '')).toBe(
      traceTree(document, { columns: 80, hasColour: false }),
    );
  });

  it('begins with what the whole run came to, in lines that fit', () => {
    const usage = {
      calls: 3,
      errors: 0,
      inputTokens: 12_345,
      outputTokens: 350,
      cacheReadTokens: 900,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      reportedUsd: 0.5,
      estimatedUsd: 0.0012,
      unpricedCount: 1,
    };
    const ai = { operation: 'agent', source: 'estimated', priceTable: 'prices@7' } as const;
    const document = traceOf([{ name: 'run', status: 'error', ai }], {
      usage,
      durationMs: 1240,
      errorCount: 1,
      sessionId: 's-1\u001b[2J',
      userId: 'ada',
      isPinned: true,
    });
    const tree = drawn(document);
    expect(tree.split('\n').slice(0, 5)).toEqual([
      '✗ error · 1.24 s · 1 span, 1 failed · pinned',
      '  12.3k→350 tokens (900 cached)',
      '  ≈ $0.50: $0.50 reported, $0.0012 estimated by prices@7, 1 call unpriced',
      '  shop · 1970-01-01 00:00:00Z · session s-1 [2J · user ada',
      '',
    ]);
    expect(drawn(traceOf([{ name: 'run' }]))).not.toMatch(/token|\$/);
  });

  it('puts tokens and costs into columns, says whose estimate they are and what nobody has priced', () => {
    const document = traceOf([
      {
        name: 'invoke_agent',
        ai: {
          operation: 'agent',
          agent: 'clerk',
          tokens: [240, 32],
          usd: 0.5,
          source: 'estimated',
          repeats: true,
        },
      },
      {
        name: 'chat',
        parent: 0,
        ai: {
          operation: 'inference',
          model: 'large',
          tokens: [12_000, 20, 40],
          usd: 0.5,
          source: 'estimated',
        },
      },
      {
        name: 'chat small',
        parent: 0,
        ai: { operation: 'inference', model: 'small', tokens: [5, null], source: 'unpriced' },
      },
      { name: 'execute_tool', parent: 0, ai: { operation: 'tool', tool: 'look up', agent: 'clerk' } },
      { name: 'step 1', parent: 0, ai: { operation: 'step', usd: 0.0123, source: 'reported' } },
    ]);
    expect(plain(document, 100)).toBe(
      [
        '✓ ⬢ nightly  agent clerk                                                (240→32)  (≈ $0.50)  10.0 ms',
        '├─ ✓ ✦ chat  llm large                                       40 cached  12.0k→20    ≈ $0.50  10.0 ms',
        '├─ ✓ ✦ chat small  llm                                                       5→?   unpriced  10.0 ms',
        '├─ ✓ ⛭ execute_tool  tool look up                                                            10.0 ms',
        '└─ ✓ ∙ step 1                                                                        $0.012  10.0 ms',
        '',
      ].join('\n'),
    );
    expect(plain(document, 72).split('\n')[1]).toMatch(/^├─ ✓ ✦ chat {2}llm large +≈ \$0\.50 {2}10\.0 ms$/);
    for (const columns of [40, 60, 80, 99, 300]) {
      const widths = drawn(document, columns)
        .split('\n')
        .map((line) => [...line].length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(Math.min(columns, 120));
    }
  });

  it('tells what caches answered, what was waited for and decided, and what a saga undid', () => {
    const document = traceOf([
      { name: 'primitive.saga.execute', type: 'saga', label: 'book' },
      { name: 'primitive.saga.forward_room', parent: 0 },
      {
        name: 'primitive.cache.execute',
        type: 'cache',
        label: 'rate',
        parent: 1,
        facts: { cacheOutcome: 'hit', cacheAgeMs: 63 },
      },
      { name: 'primitive.saga.compensate_room', parent: 0, status: 'error', message: '503' },
      { name: 'primitive.saga.compensate_room', parent: 0 },
      {
        name: 'primitive.retry.execute',
        type: 'retry',
        label: 'ask',
        parent: 0,
        facts: { backoffMs: [250] },
      },
      lambda('ask', 5, { status: 'error', message: 'busy', facts: { edge: 'attempt_1' } }),
      lambda('ask', 5, { facts: { edge: 'attempt_2' } }),
    ]);
    const tree = drawn(document, 80);
    expect(
      tree
        .replace(/ +10\.0 ms$/gm, '')
        .split('\n')
        .slice(2),
    ).toEqual([
      '✓ ⇄ nightly  saga',
      '├─ ✓ ● room · rate  cache  hit, 63.0 ms old',
      '├─ ✗ ↶ undo room, 1 of 2  503',
      '├─ ✓ ↶ undo room, 2 of 2',
      '└─ ✓ ↻ ask  retry',
      '   ├─ ✗ λ attempt 1 of 2 · ask  busy',
      '   └─ ✓ λ attempt 2 of 2 · ask  250 ms later',
      '',
    ]);
    const untold = { ...document.spans, primitives: { span: [], facts: [] } };
    expect(plain({ ...document, spans: untold })).toContain('✓ ◌ room · rate  cache ');
  });
});
