import { describe, expect, it } from '@jest/globals';
import { type InstrumentedPrimitive, named } from '@tta/obs-instrumentation';
import { faults, observed, type Trace } from '@tta/obs-testing';
import { fallback } from './fallback.ts';
import { lambda } from './lambda.ts';
import { parallel } from './parallel.ts';
import { retry } from './retry.ts';
import { sequential } from './sequential.ts';
import { timeout } from './timeout.ts';

const boom = new TypeError('boom');
const failing = lambda('failing', (_: number): number => {
  throw boom;
});
const working = lambda('working', (n: number) => n);

/** The primitives on whose spans there is an exception, once for each. */
const exceptions = ({ spans }: Trace): unknown[] =>
  spans.flatMap(({ attributes, events }) =>
    events.filter(({ name }) => name === 'exception').map(() => attributes['primitive.name']),
  );

describe.each<[string, InstrumentedPrimitive<number, unknown>]>([
  ['sequential', sequential(working, failing)],
  ['parallel', parallel({ working, failing })],
  ['retry', retry(failing, { name: 'root' })],
  ['timeout', timeout(failing, { ms: 10, name: 'root' })],
])('a step that fails in a %s', (type, composed) => {
  it(
    'is recorded once, on its own span; the spans above have its status',
    observed(async (trace) => {
      await composed.tryExecute(1);
      expect(exceptions(trace)).toEqual(['failing']);
      const failed = {
        failed: true,
        statusMessage: 'boom',
        attributes: { 'execution.status': 'error', 'error.type': 'TypeError', 'error.message': 'boom' },
      };
      expect(trace.span(`primitive.${type}.execute`)).toMatchObject(failed);
      expect(trace.span('primitive.lambda.execute "failing"')).toMatchObject(failed);
    }),
  );

  it(
    'is counted as failed, beside the execution that it is a step of',
    observed(async (trace) => {
      await composed.tryExecute(1);
      const count = 'primitive.execution.count';
      const labels = {
        'execution.status': 'error',
        'error.type': 'TypeError',
        'error.category': 'permanent',
      };
      expect(trace).toHaveMetric(count, { value: 2, labels: { 'execution.status': 'error' } });
      expect(trace).toHaveMetric(count, { value: 2, labels });
      expect(trace).toHaveMetric(count, { value: 1, labels: { ...labels, 'primitive.name': 'failing' } });
      expect(trace).toHaveMetric(count, { value: 1, labels: { ...labels, 'primitive.type': type } });
      expect(JSON.stringify(trace.points)).not.toContain('boom');
    }),
  );
});

describe('a step whose failure is answered', () => {
  it.each<[string, InstrumentedPrimitive<number, unknown>]>([
    ['fallback', fallback(failing, working)],
    [
      'retry',
      retry(faults.failTimes(1, named('failing', working), boom), { baseMs: 0, retryOn: () => true }),
    ],
  ])(
    'by a %s is recorded on its own span and on no other',
    observed(
      async (trace, type: string, composed: InstrumentedPrimitive<number, unknown>) => {
        const running = composed.execute(1);
        await trace.clock.advance(0);
        expect(await running).toBe(1);
        expect(exceptions(trace)).toEqual(['failing']);
        expect(trace.span(`primitive.${type}.execute`).failed).toBe(false);
      },
      { clock: 'manual' },
    ),
  );
});
