import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { mostTimeSpent } from './time-spent.ts';

describe('mostTimeSpent', () => {
  it('takes calls of one name together and points at the longest', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'root', label: 'review', type: 'sequential', duration: 100 },
        { name: 'aside', label: 'aside', parent: 0, start: 0, duration: 29 },
        { name: 'chat', label: 'ask model', parent: 0, duration: 30 },
        { name: 'store', label: 'store', parent: 0, start: 30, duration: 25 },
        { name: 'chat', label: 'ask model', parent: 0, start: 55, duration: 45 },
      ]),
    );
    expect(mostTimeSpent(tree)).toEqual({ label: 'ask model', row: 4, share: 0.75, isWaiting: false });
  });

  it('says when it was the pauses of a retry', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'primitive.retry.execute', label: 'fetch', type: 'retry', duration: 100 },
        { name: 'primitive.retry.attempt_1', parent: 0, duration: 10 },
        { name: 'primitive.retry.attempt_2', parent: 0, start: 80, duration: 20 },
      ]),
    );
    expect(mostTimeSpent(tree)).toEqual({ label: 'fetch', row: 0, share: 0.7, isWaiting: true });
  });

  it('has nothing to say of one row, of none, and of rows without a length', () => {
    expect(mostTimeSpent(buildSpanTree(spanColumns([])))).toBeUndefined();
    expect(mostTimeSpent(buildSpanTree(spanColumns([{ name: 'root' }])))).toBeUndefined();
    const none = [
      { name: 'root', duration: 0 },
      { name: 'a', parent: 0, duration: 0 },
    ];
    expect(mostTimeSpent(buildSpanTree(spanColumns(none)))).toBeUndefined();
  });

  it('has nothing to say where no name took a share worth telling', () => {
    const steps = Array.from({ length: 100 }, (_, at) => ({
      name: `s${at}`,
      parent: 0,
      start: at,
      duration: 1,
    }));
    expect(
      mostTimeSpent(buildSpanTree(spanColumns([{ name: 'root', duration: 100 }, ...steps]))),
    ).toBeUndefined();
  });

  it('does not tell of a root what went on long after it', () => {
    const sketches = [
      { name: 'root', type: 'sequential', duration: 10 },
      { name: 'detached', parent: 0, start: 5, duration: 500 },
    ];
    expect(mostTimeSpent(buildSpanTree(spanColumns(sketches)))).toBeUndefined();
  });
});
