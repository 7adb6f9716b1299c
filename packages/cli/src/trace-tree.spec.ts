import { describe, expect, it } from '@jest/globals';
import type { ExecutionStatus, TraceDocument } from '@tta/obs-protocol';
import { traceTree } from './trace-tree.ts';

interface SpanSketch {
  readonly name: string;
  readonly parent?: number;
  readonly ms?: number;
  readonly status?: ExecutionStatus;
  readonly message?: string;
  readonly type?: string;
  readonly label?: string;
  readonly isOrphan?: boolean;
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
      ai: {
        span: [],
        operation: [],
        provider: [],
        model: [],
        inputTokens: [],
        outputTokens: [],
        cacheReadTokens: [],
        costUsd: [],
        costSource: [],
        countsTokens: [],
        countsCost: [],
        timeToFirstChunkMs: [],
        tool: [],
        agent: [],
      },
    },
  };
}

const plain = (document: TraceDocument, columns = 72) => traceTree(document, { columns, hasColour: false });
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
        '✓ nightly  sequential                                             1.24 s',
        '├─ ✓ read commits                                                0.42 ms',
        '└─ ✓ analyse  parallel                                            812 ms',
        '   ├─ ✓ churn                                                    80.0 ms',
        '   └─ ✓ risks · find risks                                       12.5 ms',
        '9 spans · shop',
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
        '✓ nightly  fallback                                               3.30 s',
        '├─ ◷ primary · model  timeout  no answer within 2000 ms           3.00 s',
        '│  └─ ⊘ model  retry  cancelled                                   3.00 s',
        '│     ├─ ✗ attempt 1 · model  429 Too Many Requests              50.0 ms',
        '│     └─ ⊘ attempt 2 · model  cancelled                           1.90 s',
        '└─ ✓ fallback 1 · local                                           300 ms',
        '10 spans, 4 failed · shop',
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
    expect(tree).toContain('‖ nightly  resumable  suspended');
    expect(tree).toContain('‖ pay  approval  suspended');
    expect(tree).toContain('2 spans · shop');
  });

  it('says what became of a trace whose first part waited for a decision', () => {
    const parts: SpanSketch[] = [
      { name: 'primitive.resumable.execute', type: 'resumable', label: 'main', status: 'suspended' },
      { name: 'primitive.resumable.resume', type: 'resumable', label: 'main', parent: 0 },
    ];
    expect(plain(traceOf(parts, { status: 'success' }))).toContain('2 spans · shop · in the end: success');
    expect(plain(traceOf(parts))).not.toContain('in the end');
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
    expect(tree.split('\n').map((line) => [...line].length)).toEqual([50, 50, expect.any(Number), 0]);
    expect(tree).toContain('…');
  });

  it('names spans whose parent is missing and a root that has not arrived', () => {
    const tree = plain(traceOf([{ name: 'late child', isOrphan: true }], { hasRoot: false }));
    expect(tree).toMatch(/^✓ late child {2}parent missing/);
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
    expect(tree).toContain('✗ item 77  bad item');
    expect(tree).toContain('└─ … 80 more, none of them failed');
  });

  it('ends after 200 rows, also in a trace deeper than the stack', () => {
    const deep = plain(
      traceOf(Array.from({ length: 20_000 }, (_, i) => ({ name: 'level', ...(i > 0 && { parent: i - 1 }) }))),
    );
    expect(deep.split('\n')).toHaveLength(203);
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
    expect(coloured).toContain('\u001b[31m✗\u001b[39m bad  \u001b[31mboom\u001b[39m');
    expect(coloured).toContain('\u001b[33m◷\u001b[39m late');
    // eslint-disable-next-line no-control-regex -- the escapes are what is compared
    expect(coloured.replace(/\u001b\[[0-9]+m/g, '')).toBe(
      traceTree(document, { columns: 80, hasColour: false }),
    );
  });
});
