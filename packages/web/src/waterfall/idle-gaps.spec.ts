import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { idleGaps } from './idle-gaps.ts';

function gaps(sketches: readonly SpanSketch[], totalMs: number) {
  return idleGaps(buildSpanTree(spanColumns(sketches)), totalMs);
}

describe('idleGaps', () => {
  it('finds the pause of a retry between its attempts', () => {
    const sketches = [
      { name: 'primitive.retry.execute', type: 'retry', duration: 1_000 },
      { name: 'primitive.retry.attempt_1', parent: 0, duration: 100 },
      { name: 'primitive.retry.attempt_2', parent: 0, start: 900, duration: 100 },
    ];
    expect(gaps(sketches, 1_000)).toEqual([{ fromMs: 100, toMs: 900 }]);
  });

  it('takes the self time of what is no primitive for work', () => {
    const sketches = [
      { name: 'GET /report', duration: 1_000 },
      { name: 'query', parent: 0, duration: 100 },
      { name: 'query', parent: 0, start: 900, duration: 100 },
    ];
    expect(gaps(sketches, 1_000)).toEqual([]);
  });

  it('takes what ended before anything below it began for work', () => {
    const sketches = [
      { name: 'primitive.sequential.execute', type: 'sequential', duration: 800 },
      { name: 'detached', parent: 0, start: 900, duration: 100 },
    ];
    expect(gaps(sketches, 1_000)).toEqual([]);
  });

  it('leaves alone what is short beside the trace or beside what runs', () => {
    const short = [
      { name: 'root', type: 'sequential', duration: 1_000 },
      { name: 'one', parent: 0, duration: 450 },
      { name: 'two', parent: 0, start: 590, duration: 410 },
    ];
    expect(gaps(short, 1_000)).toEqual([]);
    const usual = [
      { name: 'root', type: 'sequential', duration: 1_000 },
      { name: 'one', parent: 0, duration: 400 },
      { name: 'two', parent: 0, start: 600, duration: 400 },
    ];
    expect(gaps(usual, 1_000)).toEqual([]);
  });

  it('counts what suspended spans wait for, and no stretch in which another branch runs', () => {
    const waiting: readonly SpanSketch[] = [
      { name: 'root', type: 'parallel', duration: 1_000 },
      { name: 'approval', parent: 0, type: 'approval', duration: 900, status: 'suspended' },
      { name: 'publish', parent: 0, type: 'lambda', start: 900, duration: 100 },
    ];
    expect(gaps(waiting, 1_000)).toEqual([{ fromMs: 0, toMs: 900 }]);
    expect(gaps([...waiting, { name: 'other', parent: 0, duration: 890 }], 1_000)).toEqual([]);
  });

  it('counts the time in a queue, which stands before the work', () => {
    const columns = spanColumns([{ name: 'call', type: 'lambda', duration: 1_000 }]);
    const tree = buildSpanTree({ ...columns, primitives: { span: [0], facts: [{ waitedMs: 800 }] } });
    expect(idleGaps(tree, 1_000)).toEqual([{ fromMs: 0, toMs: 800 }]);
  });

  it('finds what lies between two runs of one trace', () => {
    const sketches = [
      { name: 'first', duration: 100 },
      { name: 'second', start: 5_000, duration: 100 },
    ];
    expect(gaps(sketches, 5_100)).toEqual([{ fromMs: 100, toMs: 5_000 }]);
    expect(gaps([], 0)).toEqual([]);
  });
});
