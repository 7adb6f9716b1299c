import { describe, expect, it } from '@jest/globals';
import { attributeNames as names } from '@tta/obs-context';
import { spanOf } from '../test/spans.ts';
import { work } from '../test/doubles.ts';
import { expectTrace } from './expect-trace.ts';
import { noColors } from './drawing/marked-tree.ts';
import { checkTrace, type TraceMatcherName } from './matchers.ts';
import { observed } from './observe.ts';
import type { Trace } from './trace.ts';

const evil = '\u{1b}[2J\nbelow\u{9b}31m\u{202e}\u{2028}';

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

  it.each<readonly [TraceMatcherName, ...unknown[]]>([
    ['toHaveSpan', 'x'],
    ['toHaveSpan', { attributes: { [evil]: 1 } }],
    ['toHaveSpanTree', evil],
    ['toHaveRetried', 'x'],
    ['toHaveRetried', evil, 2],
    ['toHaveHitCache', 'x'],
    ['toHaveHitCache', evil, 2],
    ['toHaveFallenBack', evil, evil],
    ['toHaveCompensated', [evil]],
    ['toHaveNoErrors'],
    ['toHaveMetric', 'x'],
    ['toHaveMetric', evil, 2],
    ['toHaveMetric', evil, [{ labels: { [evil]: 'a' } }]],
    ['toHaveLogged', { fields: { [evil]: evil } }],
  ])('lets nothing of a program steer the terminal: %s', (name, ...expected) => {
    const attributes = { [names.primitiveName]: evil, [names.primitiveType]: 'retry', [evil]: evil };
    const events = [{ name: 'cache.hit', attributes: { [names.cacheType]: evil }, timeMs: 0 }];
    const trace: Trace = {
      spans: [spanOf(evil, { attributes, events, failed: true, statusMessage: evil })],
      lines: [{ level: 'info', message: evil, fields: { [evil]: 1 }, spanId: evil, traceId: '1'.repeat(32) }],
      points: [{ metric: evil, kind: 'counter', unit: '', labels: { [evil]: evil }, value: 1, count: 1 }],
    };
    const text = checkTrace(name, trace, expected).message(noColors);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(text).not.toMatch(/^below/m);
  });

  it.each([{ spans: [], lines: [] }, { lines: [], points: [] }, { spans: [], points: [] }, { spans: {} }])(
    'refuses what is no trace: %p',
    (value) => {
      expect(() => checkTrace('toHaveNoErrors', value, [])).toThrow('is no trace');
    },
  );
});
