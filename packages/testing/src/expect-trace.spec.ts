import { describe, expect, it } from '@jest/globals';
import { retrying, traceOf, work } from '../test/doubles.ts';
import { expectTrace } from './expect-trace.ts';
import { traceSnapshotText } from './matchers/snapshot-text/trace-snapshot-text.ts';
import { traceMatcherNames } from './matchers.ts';
import { observe } from './observe.ts';
import { TraceAssertionError } from './trace-assertion-error.ts';

const trace = await traceOf(retrying('ask', 1));

function thrownBy(fn: () => void): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('expectTrace', () => {
  it('has every matcher, and its opposite', () => {
    const { not, toMatchTraceSnapshot: _text, ...matchers } = expectTrace(trace);
    expect(Object.keys(matchers)).toEqual(traceMatcherNames);
    expect(Object.keys(not)).toEqual(traceMatcherNames);
  });

  it('says nothing where the expectation holds', () => {
    expectTrace(trace).toHaveRetried('ask', 1);
    expectTrace(trace).not.toHaveRetried('ask', 2);
    expect(() => expectTrace(trace).not.toHaveNoErrors()).not.toThrow();
  });

  it('throws an error whose message is what was found, and whose stack begins with the test', () => {
    const error = thrownBy(() => expectTrace(trace).toHaveRetried('ask', 2));
    expect(error).toBeInstanceOf(TraceAssertionError);
    expect(error).toMatchObject({
      message: expect.stringContaining('"ask" repeated its step 1 time, not 2.'),
      stack: expect.not.stringContaining('expect-trace.ts'),
    });
    expect(() => expectTrace(trace).not.toHaveRetried('ask')).toThrow(
      'expect(trace).not.toHaveRetried("ask")',
    );
  });

  it('throws for what did not run, also when negated', () => {
    const error = thrownBy(() => expectTrace(trace).not.toHaveFallenBack('ask'));
    expect((error as Error).message.split('\n', 2)).toEqual([
      'expect(trace).not.toHaveFallenBack("ask")',
      'There is no fallback in the trace. After .not as well, the name has to be that of one that is there.',
    ]);
    expect(() => expectTrace(trace).not.toHaveHitCache('ask')).toThrow('There is no cache in the trace.');
    expect(() => expectTrace(trace).toHaveRetried('asks')).toThrow('No retry is called "asks"; is it "ask"?');
    expect(() => expectTrace(trace).not.toHaveMetric('cache.hits')).not.toThrow();
    expect(() => expectTrace(trace).not.toHaveSpan('asks')).not.toThrow();
  });

  it('compares with a text, however its lines end', () => {
    const text = traceSnapshotText(trace);
    expectTrace(trace).toMatchTraceSnapshot(`${text.replaceAll('\n', '\r\n')}\r\n`);
    const error = thrownBy(() =>
      expectTrace(trace).toMatchTraceSnapshot(text.replace('attempt_2', 'attempt_9')),
    );
    expect((error as Error).message).toMatch(/^- .*attempt_9.*\n\+ .*attempt_2/m);
    expect((error as Error).message).toContain('The trace differs from the text.');
  });

  it('looks at what is there when it is asked', async () => {
    await observe(async (observed) => {
      const expectation = expectTrace(observed);
      expectation.not.toHaveSpan('primitive.work.execute');
      await work('a').execute('');
      expectation.toHaveSpan('primitive.work.execute');
      const error = thrownBy(() => expectation.toHaveRetried('a'));
      await work('b').execute('');
      expect((error as Error).message).not.toContain('"b"');
    });
  });

  it.each([undefined, null, 'trace', {}, { spans: [] }, Promise.resolve(trace)])('refuses %p', (value) => {
    expect(() => expectTrace(value as never)).toThrow('is no trace');
  });

  it('refuses arguments that say nothing, also when negated', () => {
    expect(() => expectTrace(trace).not.toHaveRetried('')).toThrow(
      'toHaveRetried: the name of the retry is ""',
    );
    expect(() => expectTrace(trace).not.toStayWithin({})).toThrow('toStayWithin: nothing is expected');
    expect(() => expectTrace(trace).toMatchTraceSnapshot(undefined as never)).toThrow(
      'toMatchTraceSnapshot: undefined is no text to compare with',
    );
  });
});
