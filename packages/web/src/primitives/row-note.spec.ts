import { describe, expect, it } from '@jest/globals';
import type { PrimitiveFacts } from '@tta/obs-protocol';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { isFailedBranch, rowNote } from './row-note.ts';

function tree(...sketches: SpanSketch[]): SpanTree {
  return buildSpanTree(spanColumns(sketches));
}

/** The note of a primitive from its facts alone. */
function noteOf(type: string, facts: PrimitiveFacts, more: Partial<SpanSketch> = {}): string | undefined {
  return rowNote(tree({ name: `primitive.${type}.execute`, type, facts, ...more }), 0);
}

const steps = (type: string, edges: readonly (Partial<SpanSketch> & { edge: string })[]): SpanSketch[] =>
  edges.map(({ edge, ...sketch }) => ({ name: `primitive.${type}.${edge}`, parent: 0, ...sketch }));

describe('rowNote', () => {
  const retried = (status: 'success' | 'error', facts: PrimitiveFacts = {}): SpanTree =>
    tree(
      { name: 'primitive.retry.execute', type: 'retry', duration: 500, status, facts },
      { name: 'primitive.retry.attempt_1', parent: 0, duration: 100, status: 'error', message: '503' },
      { name: 'primitive.retry.attempt_2', parent: 0, start: 300, duration: 200, status, message: '504' },
    );

  it('counts attempts and the time spent waiting', () => {
    expect(rowNote(retried('success'), 0)).toBe('2 attempts, 200 ms waiting');
    expect(
      rowNote(tree({ name: 'r', type: 'retry' }, { name: 'primitive.retry.attempt_1', parent: 0 }), 0),
    ).toBe('1 attempt');
  });

  it('says why a retry gave up, and at what', () => {
    expect(rowNote(retried('error'), 0)).toBe('2 attempts, 200 ms waiting, gave up: 504');
    expect(rowNote(retried('error', { retryStopped: 'asked_to_wait' }), 0)).toBe(
      '2 attempts, 200 ms waiting, gave up (asked to wait): 504',
    );
  });

  it('gives the reason where a failure arose and not again above', () => {
    const failed = tree(
      { name: 'root', status: 'error', message: 'boom' },
      { name: 'leaf', parent: 0, status: 'error', message: 'boom' },
    );
    expect(rowNote(failed, 0)).toBeUndefined();
    expect(rowNote(failed, 1)).toBe('boom');
    expect(rowNote(retried('success'), 1)).toBe('503');
  });

  it('says which branch of a fallback answered', () => {
    const branches = (status: SpanSketch['status'], rootStatus: SpanSketch['status'] = 'success'): SpanTree =>
      tree(
        { name: 'f', type: 'fallback', status: rootStatus },
        { name: 'primitive.fallback.primary', parent: 0, status: 'error' },
        { name: 'primitive.fallback.fallback_1', parent: 0, start: 1, status: status! },
      );
    expect(rowNote(branches('success'), 0)).toBe('answered by fallback 1');
    expect(rowNote(branches('error', 'error'), 0)).toBe('all 2 branches failed');
    expect(
      rowNote(tree({ name: 'f', type: 'fallback' }, { name: 'primitive.fallback.primary', parent: 0 }), 0),
    ).toBe(undefined);
  });

  it('tells the limit of a timeout, whether it passed and by how much', () => {
    const timedOut = { status: 'timeout', duration: 250, message: 'did not end' } as const;
    expect(noteOf('timeout', {}, timedOut)).toBe('limit passed at 250 ms');
    expect(noteOf('timeout', { limitMs: 200, overrunMs: 50 }, timedOut)).toBe(
      'limit passed at 200 ms, ended 50 ms after it',
    );
    expect(noteOf('timeout', { limitMs: 2_000 })).toBe('limit 2 s');
    expect(noteOf('timeout', {})).toBeUndefined();
  });

  it('tells how much faster branches were beside each other, and what was possible', () => {
    const parallel = (facts: PrimitiveFacts, ...starts: number[]): string | undefined =>
      rowNote(
        tree(
          { name: 'p', type: 'parallel', duration: 100, facts },
          ...steps(
            'parallel',
            starts.map((start, key) => ({ edge: `branch_${key}`, start, duration: 70 })),
          ),
        ),
        0,
      );
    expect(parallel({}, 0, 0, 0)).toBe('3 branches, 2.1× faster than one after the other (3× at most)');
    expect(parallel({ concurrency: 2 }, 0, 0)).toBe(
      '2 branches, 1.4× faster than one after the other (2× at most)',
    );
    expect(parallel({ concurrency: 1, effectiveness: 1 }, 0, 70)).toBe('2 branches');
    expect(parallel({}, 0)).toBe('1 branch');
    expect(parallel({})).toBeUndefined();
  });

  it('does not call branches faster that computed one after the other, though their sender does', () => {
    const computed = tree(
      { name: 'p', type: 'parallel', duration: 200, facts: { concurrency: 2, effectiveness: 1 } },
      ...steps('parallel', [
        { edge: 'branch_a', duration: 100 },
        { edge: 'branch_b', start: 100, duration: 100 },
      ]),
    );
    expect(rowNote(computed, 0)).toBe('2 branches, no faster than one after the other');
  });

  it('never tells of branches that they were faster than they can be', () => {
    const outlived = (duration: number, facts: PrimitiveFacts = {}): string | undefined =>
      rowNote(
        tree(
          { name: 'p', type: 'parallel', duration, facts },
          ...steps('parallel', [
            { edge: 'branch_a', duration: 900 },
            { edge: 'branch_b', duration: 900 },
          ]),
        ),
        0,
      );
    expect(outlived(10)).toBe('2 branches, 2.0× faster than one after the other (2× at most)');
    expect(outlived(0)).toBe('2 branches');
    expect(outlived(900, { concurrency: 2, effectiveness: 1e9 })).toBe(
      '2 branches, 2.0× faster than one after the other (2× at most)',
    );
  });

  it('tells the waits between all attempts, however many the bar shows', () => {
    const attempts = Array.from({ length: 301 }, (_, at) => ({
      edge: `attempt_${at + 1}`,
      start: at * 20,
      duration: 10,
    }));
    const retried = tree({ name: 'r', type: 'retry', duration: 6_010 }, ...steps('retry', attempts));
    expect(rowNote(retried, 0)).toBe('301 attempts, 3 s waiting');
  });

  it('counts the branches of a settle that failed', () => {
    const settled = tree(
      { name: 's', type: 'settle', duration: 10 },
      ...steps('settle', [{ edge: 'branch_a' }, { edge: 'branch_b', status: 'error' }]),
    );
    expect(rowNote(settled, 0)).toBe(
      '2 branches, 1 failed, 2.0× faster than one after the other (2× at most)',
    );
  });

  it('says who answered first', () => {
    const raced = tree(
      { name: 'r', type: 'race', facts: { choice: 'mirror', reason: 'first_success' } },
      ...steps('race', [{ edge: 'branch_mirror' }, { edge: 'branch_origin', status: 'cancelled' }]),
    );
    expect(rowNote(raced, 0)).toBe('mirror answered first');
    const lost = tree(
      { name: 'r', type: 'race', status: 'error' },
      ...steps('race', [
        { edge: 'branch_0', status: 'error' },
        { edge: 'branch_1', status: 'error' },
      ]),
    );
    expect(rowNote(lost, 0)).toBe('all 2 branches failed');
    const hedged = tree(
      { name: 'h', type: 'hedge', facts: { hedgeAttempts: 2, hedgeWinner: 2 } },
      ...steps('hedge', [{ edge: 'attempt_1', status: 'cancelled' }, { edge: 'attempt_2' }]),
    );
    expect(rowNote(hedged, 0)).toBe('attempt 2 of 2 answered first');
    expect(noteOf('hedge', { hedgeAttempts: 1, hedgeWinner: 1 })).toBeUndefined();
  });

  it('tells where a saga failed, what was undone and what could not be', () => {
    const undone = (facts: PrimitiveFacts): string | undefined =>
      rowNote(
        tree(
          { name: 's', type: 'saga', status: 'error', facts },
          ...steps('saga', [
            { edge: 'forward_book hotel' },
            { edge: 'forward_charge', status: 'error' },
            { edge: 'compensate_book hotel', status: 'error' },
            { edge: 'compensate_book hotel' },
          ]),
        ),
        0,
      );
    expect(undone({})).toBe('failed at charge, 1 step undone');
    expect(undone({ undone: [], notUndone: ['book hotel'] })).toBe('failed at charge, 1 could not be undone');
    expect(rowNote(tree({ name: 's', type: 'saga' }, ...steps('saga', [{ edge: 'forward_a' }])), 0)).toBe(
      '1 step',
    );
  });

  it('counts iterations and those that failed', () => {
    const looped = tree(
      { name: 'f', type: 'foreach', facts: { items: 97 } },
      ...steps('foreach', [
        { edge: 'item_0', status: 'error' },
        { edge: 'item_1', start: 10 },
        { edge: 'item_2', start: 20, status: 'timeout' },
      ]),
    );
    expect(rowNote(looped, 0)).toBe('97 items, 2 failed');
    expect(noteOf('loop', { iterations: 1 })).toBe('1 iteration');
    expect(noteOf('loop', { iterations: 0 })).toBeUndefined();
  });

  it.each<[string, PrimitiveFacts, string | undefined, Partial<SpanSketch>?]>([
    ['cache', { cacheOutcome: 'hit', cacheAgeMs: 3_000, savedUsd: 0.02 }, 'hit, 3 s old, saved $0.020'],
    ['cache', { cacheOutcome: 'stale', cacheAgeMs: 90_000 }, 'stale, 1 min 30 s old'],
    ['cache', { cacheOutcome: 'miss' }, 'miss'],
    [
      'cache',
      { cacheOutcome: 'miss', sharesRun: true, savedUsd: 0.01 },
      'miss, shares the work of another run, saved $0.010',
    ],
    ['dedupe', { sharesRun: true }, 'shares the work of another run'],
    ['dedupe', { callers: 3 }, 'for 3 callers'],
    ['rate_limit', { waitedMs: 120 }, 'waited 120 ms'],
    ['bulkhead', { waitedMs: 0 }, undefined],
    ['circuit_breaker', { circuitState: 'closed' }, undefined],
    ['circuit_breaker', { circuitState: 'closed', circuitChanges: ['open'] }, 'has opened'],
    [
      'circuit_breaker',
      { circuitState: 'open' },
      'open: call refused',
      { status: 'error', message: 'is open' },
    ],
    [
      'circuit_breaker',
      { circuitState: 'half_open', circuitChanges: ['half_open', 'closed'] },
      'half open: tried again, has closed',
    ],
    ['circuit_breaker', { circuitState: 'toString' }, undefined],
    ['conditional', { choice: 'then', reason: 'condition' }, '→ then'],
    ['switch', { choice: 'bug', reason: 'key' }, '→ bug'],
    ['match', { choice: 'default', reason: 'default' }, '→ default'],
    ['router', { choice: 'small model', reason: 'cheapest' }, '→ small model (cheapest)'],
    ['approval', {}, 'waits for a person', { status: 'suspended' }],
    ['approval', { askedOf: 'Grace' }, 'waits for Grace', { status: 'suspended' }],
    [
      'approval',
      { choice: 'continue', reason: 'person', decidedBy: 'Ada', waitedMs: 10_800_000 },
      'waited 3 h 0 min, approved by Ada',
    ],
    ['approval', { choice: 'continue', reason: 'policy' }, 'approved by policy'],
    ['approval', { choice: 'quit', decidedBy: 'Ada', remark: 'too dear' }, 'refused by Ada, too dear'],
    ['streaming', { chunks: 3, firstChunkMs: 4 }, '3 chunks, first chunk after 4 ms'],
    ['agent', { agentSteps: 2, toolCalls: 1 }, '2 steps, 1 tool call'],
    ['lambda', {}, undefined],
  ])('tells of a %s with %j: %s', (...[type, facts, note, more]) => {
    expect(noteOf(type, facts, more)).toBe(note);
  });

  it('says that a model stopped before it had said all', () => {
    const asked = (finishReasons: string[]) => rowNote(tree({ name: 'chat', ai: { finishReasons } }), 0);
    expect(asked(['stop'])).toBeUndefined();
    expect(asked(['content_filter'])).toBe('stopped: content filter');
  });
});

describe('isFailedBranch', () => {
  it('is true for a branch of a fallback that failed, not for one that was cancelled', () => {
    const branch = (name: string, status: NonNullable<SpanSketch['status']>): boolean =>
      isFailedBranch(tree({ name, status }), 0);
    expect(branch('primitive.fallback.primary', 'timeout')).toBe(true);
    expect(branch('primitive.fallback.fallback_1', 'cancelled')).toBe(false);
    expect(branch('primitive.retry.attempt_1', 'error')).toBe(false);
  });
});
