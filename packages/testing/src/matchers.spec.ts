import { describe, expect, it } from '@jest/globals';
import { work } from '../test/doubles.ts';
import { expectTrace } from './expect-trace.ts';
import { noColors } from './marked-tree.ts';
import { checkTrace } from './matchers.ts';
import { observed } from './observe.ts';

describe('checkTrace', () => {
  it(
    'asks observable metrics once, and only where metrics are expected',
    observed(async (trace) => {
      let asked = 0;
      trace.meter.createObservableGauge('depth').addCallback((result) => {
        asked++;
        result.observe(3);
      });
      await work('a').execute('');
      expectTrace(trace).toHaveNoErrors();
      expectTrace(trace).not.toHaveLogged('never');
      expect(asked).toBe(0);
      const verdict = checkTrace('toHaveMetric', trace, ['deep']);
      expect(verdict.message(noColors)).toContain('"depth"');
      expect(asked).toBe(1);
    }),
  );

  it(
    'tells what there was when it looked, also of metrics',
    observed((trace) => {
      const verdict = checkTrace('toHaveMetric', trace, ['pages']);
      trace.meter.createCounter('later').add(1);
      expect(verdict.message(noColors)).not.toContain('later');
    }),
  );

  it.each([{ spans: [], lines: [] }, { lines: [], points: [] }, { spans: [], points: [] }, { spans: {} }])(
    'refuses what is no trace: %p',
    (value) => {
      expect(() => checkTrace('toHaveNoErrors', value, [])).toThrow('is no trace');
    },
  );
});
