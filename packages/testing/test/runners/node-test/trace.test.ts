import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectTrace, observed, traceSnapshotText } from '@tta/obs-testing';
import { ask } from '../ask.ts';

describe('expectations', () => {
  it(
    'hold',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expectTrace(trace).toHaveRetried('ask', 2);
      expectTrace(trace).not.toHaveRetried('tell');
      expectTrace(trace).toMatchTraceSnapshot(`${traceSnapshotText(trace)}\n`);
    }),
  );

  it(
    'fail',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expectTrace(trace).toHaveRetried('ask', 3);
    }),
  );

  it(
    'tell how a trace differs from a text',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expectTrace(trace).toMatchTraceSnapshot(traceSnapshotText(trace).replace('attempt_3', 'attempt_4'));
    }),
  );

  it('refuse what is no trace', () => {
    assert.throws(() => expectTrace(undefined as never), /expectTrace: undefined is no trace/);
  });
});
