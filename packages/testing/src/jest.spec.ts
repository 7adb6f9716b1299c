import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { retrying, traceOf } from '../test/doubles.ts';
import { matchers } from './jest.ts';
import { traceMatcherNames } from './matchers.ts';
import { noColors } from './drawing/marked-tree.ts';
import { checkRetried } from './matchers/retried.ts';

const trace = await traceOf(retrying('ask', 1));
const red = (text: string): string => `<red>${text}</red>`;
const utils = {
  EXPECTED_COLOR: (text: string): string => `<green>${text}</green>`,
  RECEIVED_COLOR: red,
  DIM_COLOR: (text: string): string => `<dim>${text}</dim>`,
};

/** Without the colours that Jest may have for it. */
function messageOf(failing: () => void): string {
  try {
    failing();
  } catch (error) {
    return stripVTControlCharacters((error as Error).message);
  }
  throw new Error('it passed');
}

beforeAll(() => expect.extend(matchers));

describe('the matchers of Jest', () => {
  it('are all there is', () => {
    expect(Object.keys(matchers)).toEqual([...traceMatcherNames, 'toMatchTraceSnapshot']);
  });

  it('pass, fail and are negated', () => {
    expect(trace).toHaveRetried('ask', 1);
    expect(trace).not.toHaveRetried('ask', 2);
    expect(() => expect(trace).toHaveRetried('ask', 2)).toThrow('"ask" repeated its step 1 time, not 2.');
    expect(() => expect(trace).not.toHaveRetried('ask')).toThrow('"ask" repeated its step 1 time.');
  });

  it('fail for what did not run, also when negated', () => {
    const text = 'No retry is called "asks"; is it "ask"?';
    const failed = messageOf(() => expect(trace).toHaveRetried('asks'));
    expect(failed).toMatch(/^expect\(trace\)\.toHaveRetried\("asks"\)/);
    expect(failed).toContain(text);
    const negated = messageOf(() => expect(trace).not.toHaveRetried('asks'));
    expect(negated).toMatch(/^expect\(trace\)\.not\.toHaveRetried\("asks"\)/);
    expect(negated).toContain(text);
  });

  it('are painted in the colours of the runner, which change nothing else', () => {
    const painted = matchers.toHaveRetried.call({ utils }, trace, 'ask', 2).message();
    expect(painted).toContain('<dim>expect(</dim><red>trace</red><dim>)</dim><dim>.</dim>toHaveRetried');
    expect(painted).toContain('<green>"ask", 2</green>');
    expect(painted).toContain('<green>-</green>');
    expect(painted.replaceAll(/<\/?\w+>/g, '')).toBe(checkRetried(trace, 'ask', 2).message(noColors));
  });

  it('compare with a snapshot', () => {
    expect(trace).toMatchTraceSnapshot();
    expect(trace).toMatchTraceSnapshot('again');
  });

  it('refuse a hint that is none, and a negated snapshot', () => {
    // @ts-expect-error a hint is a text
    expect(() => expect(trace).toMatchTraceSnapshot(1)).toThrow('toMatchTraceSnapshot: the hint is 1');
    expect(() => expect(trace).not.toMatchTraceSnapshot()).toThrow(
      'toMatchTraceSnapshot: a snapshot has no opposite; leave out .not',
    );
  });

  it('refuse what is no trace, also when negated', () => {
    expect(() => expect(7).toHaveNoErrors()).toThrow('toHaveNoErrors: 7 is no trace');
    expect(() => expect({ spans: [] }).not.toHaveNoErrors()).toThrow('is no trace');
    expect(() => expect(null).toMatchTraceSnapshot()).toThrow('toMatchTraceSnapshot: null is no trace');
  });
});
