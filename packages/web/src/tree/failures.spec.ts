import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import {
  decisiveFailure,
  failureOrigins,
  isFailed,
  isLimitReached,
  neighbouringFailure,
} from './failures.ts';
import { buildSpanTree } from './span-tree.ts';

const tree = buildSpanTree(
  spanColumns([
    { name: 'root', status: 'error', duration: 100 },
    { name: 'early', parent: 0, status: 'error', duration: 10 },
    { name: 'fine', parent: 0, start: 1 },
    { name: 'late', parent: 0, start: 50, status: 'timeout', duration: 50 },
    { name: 'cause', parent: 3, start: 60, status: 'error', duration: 40 },
    { name: 'stopped', parent: 3, start: 61, status: 'cancelled', duration: 39 },
  ]),
);

describe('failureOrigins', () => {
  it('finds failed rows with nothing failed below, from the top', () => {
    expect([...failureOrigins(tree)]).toEqual([1, 4]);
  });

  it('does not count a suspended row as failed', () => {
    const waiting = buildSpanTree(spanColumns([{ name: 'root', status: 'suspended' }]));
    expect(isFailed(waiting, 0)).toBe(false);
  });

  it('does not count a cancelled row as failed', () => {
    expect(isFailed(tree, 5)).toBe(false);
    expect(isFailed(tree, 3)).toBe(true);
  });
});

describe('neighbouringFailure', () => {
  const origins = failureOrigins(tree);

  it('goes down and starts again at the top', () => {
    expect([-1, 1, 2, 4].map((row) => neighbouringFailure(origins, row, 1))).toEqual([1, 4, 4, 1]);
  });

  it('goes up and starts again at the bottom', () => {
    expect([4, 1].map((row) => neighbouringFailure(origins, row, -1))).toEqual([1, 4]);
  });

  it('finds nothing where nothing failed', () => {
    expect(neighbouringFailure(new Int32Array(0), 0, 1)).toBe(-1);
  });
});

describe('decisiveFailure', () => {
  it('follows the child that failed last down to the cause', () => {
    expect(decisiveFailure(tree)).toBe(4);
  });

  it('follows the error that climbed, though something else failed after it', () => {
    const undone = buildSpanTree(
      spanColumns([
        { name: 'saga', status: 'error', duration: 100, message: 'the passport is out of date' },
        { name: 'issue', parent: 0, status: 'error', message: 'the passport is out of date' },
        { name: 'undo', parent: 0, start: 50, status: 'error', message: 'the hotel is restarting' },
      ]),
    );
    expect(decisiveFailure(undone)).toBe(1);
  });

  it.each([
    ['error', 4],
    // It was tried again from where it waited.
    ['success', -1],
    ['suspended', -1],
  ] as const)('of a run that was suspended looks at its last part, here with %s', (status, row) => {
    const name = 'primitive.resumable.resume';
    const resumed = buildSpanTree(
      spanColumns([
        { name: 'run', status: 'suspended' },
        { name: 'attempt', parent: 0, status: 'error', message: '503' },
        { name, parent: 0, start: 50, status: 'error', message: 'too early' },
        { name, parent: 0, start: 90, status, message: 'refused' },
        { name: 'approval', parent: 3, start: 91, status, message: 'refused' },
      ]),
    );
    expect(decisiveFailure(resumed)).toBe(row);
  });

  it('finds none in a trace that recovered', () => {
    const recovered = buildSpanTree(
      spanColumns([{ name: 'root' }, { name: 'attempt', parent: 0, status: 'error' }]),
    );
    expect(decisiveFailure(recovered)).toBe(-1);
  });
});

describe('isLimitReached', () => {
  it('is true for the timeout whose limit passed and false for one that hands it on', () => {
    const nested = buildSpanTree(
      spanColumns([
        { name: 'primitive.timeout.execute', type: 'timeout', status: 'timeout' },
        { name: 'primitive.retry.execute', parent: 0, type: 'retry', status: 'timeout' },
        { name: 'primitive.timeout.execute', parent: 1, type: 'timeout', status: 'timeout' },
        { name: 'primitive.lambda.execute', parent: 2, type: 'lambda', status: 'cancelled' },
      ]),
    );
    expect([0, 1, 2, 3].map((row) => isLimitReached(nested, row))).toEqual([false, false, true, false]);
  });

  it('is false for a timeout that ended in time', () => {
    const inTime = buildSpanTree(spanColumns([{ name: 'primitive.timeout.execute', type: 'timeout' }]));
    expect(isLimitReached(inTime, 0)).toBe(false);
  });
});
