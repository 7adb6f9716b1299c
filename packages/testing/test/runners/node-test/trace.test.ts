import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectTrace, observed, traceSnapshotText } from '@tta/obs-testing';
import { ask } from '../ask.ts';

void describe('expectations', () => {
  void it(
    'hold',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expectTrace(trace).toHaveRetried('ask', 2);
      expectTrace(trace).not.toHaveRetried('ask', 1);
      expectTrace(trace).toMatchTraceSnapshot(`${traceSnapshotText(trace)}\n`);
    }),
  );

  void it(
    'fail',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expectTrace(trace).toHaveRetried('ask', 3);
    }),
  );

  void it(
    'tell how a trace differs from a text',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expectTrace(trace).toMatchTraceSnapshot(traceSnapshotText(trace).replace('attempt_3', 'attempt_4'));
    }),
  );

  void it('refuse what is no trace', () => {
    assert.throws(() => expectTrace(undefined as never), /expectTrace: undefined is no trace/);
  });
});
