import { observed, observe } from '@tta/obs-testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';

describe('expectations', () => {
  it(
    'hold',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expect(trace).toHaveRetried('ask', 2);
      expect(trace).not.toHaveRetried('ask', 1);
      expect(() => expect(trace).not.toHaveRetried('tell')).toThrow('No retry is called "tell"');
      expect(trace).toHaveSpan({ attributes: { 'primitive.name': expect.stringContaining('as') } });
      await expect(Promise.resolve(trace)).resolves.toHaveNoOrphans();
    }),
  );

  it(
    'fail',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expect(trace).toHaveRetried('ask', 3);
    }),
  );

  it(
    'fail when negated',
    observed(async (trace) => {
      await ask(2).execute('why?');
      expect(trace).not.toHaveRetried('ask');
    }),
  );

  it('refuse what is no trace', () => {
    expect(() => expect(undefined).not.toHaveNoErrors()).toThrow('toHaveNoErrors: undefined is no trace');
  });

  it.concurrent('refuse a snapshot of which they cannot tell the test', () =>
    observe((trace) => {
      expect(() => expect(trace).toMatchTraceSnapshot()).toThrow(
        'take `expect` from the parameter of the test',
      );
    }),
  );

  it(
    'compile only with arguments that mean something',
    observed((trace) => {
      // @ts-expect-error a name is no number
      expect(() => expect(trace).toHaveRetried(2)).toThrow('the name of the retry is 2');
    }),
  );
});

describe('snapshots', () => {
  it(
    'are kept for each hint',
    observed(async (trace) => {
      expect(trace).toMatchTraceSnapshot('before');
      await ask().execute('why?');
      expect(trace).toMatchTraceSnapshot('after');
      expect(() => expect(trace).not.toMatchTraceSnapshot()).toThrow('a snapshot has no opposite');
    }),
  );

  it(
    'are one assertion each',
    observed(async (trace) => {
      expect.assertions(1);
      await ask(2).execute('why?');
      expect(trace).toMatchTraceSnapshot();
    }),
  );

  it('are one assertion each of the `expect` of the test', ({ expect }) =>
    observe(async (trace) => {
      expect.assertions(1);
      await ask(2).execute('why?');
      expect(trace).toMatchTraceSnapshot();
    }));

  it.fails('leave it to the test how many assertions it has', () =>
    observe((trace) => {
      expect.assertions(2);
      expect(trace).toMatchTraceSnapshot();
    }),
  );

  // Of tests that run at once, each has an `expect` of its own.
  it.concurrent.for([1, 2])('are kept apart at once, %d', (failures, { expect }) =>
    observe(async (trace) => {
      await ask(failures).execute('why?');
      expect(trace).toMatchTraceSnapshot();
    }),
  );
});
