import { beforeAll, describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { enableContexts, Observed } from '../test/observed.ts';
import { fallback } from './fallback.ts';
import { lambda } from './lambda.ts';
import { parallel } from './parallel.ts';
import { retry } from './retry.ts';
import { sequential } from './sequential.ts';
import { timeout } from './timeout.ts';

beforeAll(enableContexts);

const failing = lambda('failing', (_: number): number => {
  throw new TypeError('boom');
});
const working = lambda('working', (n: number) => n);

const exceptions = (observed: Observed): unknown[] =>
  observed.spans.flatMap(({ attributes, events }) =>
    events.filter(({ name }) => name === 'exception').map(() => attributes['primitive.name']),
  );

describe.each<[string, InstrumentedPrimitive<number, unknown>]>([
  ['sequential', sequential(working, failing)],
  ['parallel', parallel({ working, failing })],
  ['retry', retry(failing, { name: 'root' })],
  ['timeout', timeout(failing, { ms: 10, name: 'root' })],
])('a step that fails in a %s', (type, composed) => {
  it('is recorded once, on its own span; the spans above have its status', async () => {
    const observed = new Observed();
    await observed.run(() => composed.tryExecute(1));
    expect(exceptions(observed)).toEqual(['failing']);
    const error = { 'execution.status': 'error', 'error.type': 'TypeError', 'error.message': 'boom' };
    for (const span of [
      observed.span(`primitive.${type}.execute`),
      observed.span('primitive.lambda.execute', { 'primitive.name': 'failing' }),
    ]) {
      expect(span.attributes).toMatchObject(error);
      expect(span.status).toEqual({ code: 2, message: 'boom' });
    }
  });

  it('is counted as failed, beside the execution that it is a step of', async () => {
    const observed = new Observed();
    await observed.run(() => composed.tryExecute(1));
    const failed = Object.keys(await observed.points('primitive.execution.count')).filter((labels) =>
      labels.includes('execution.status=error'),
    );
    expect(failed).toHaveLength(2);
    for (const labels of failed) {
      expect(labels).toMatch(/error\.category=permanent error\.type=TypeError execution\.status=error/);
      expect(labels).not.toContain('boom');
    }
  });
});

describe('a step whose failure is answered', () => {
  it.each<[string, () => InstrumentedPrimitive<number, unknown>]>([
    ['fallback', () => fallback(failing, working)],
    [
      'retry',
      () => {
        let attempts = 0;
        const second = lambda('failing', (n: number) => {
          if (attempts++ === 0) throw new TypeError('boom');
          return n;
        });
        return retry(second, { baseMs: 0, retryOn: () => true });
      },
    ],
  ])('by a %s is recorded on its own span and on no other', async (type, make) => {
    const observed = new Observed();
    const running = observed.run(() => make().execute(1));
    await observed.clock.advance(0);
    expect(await running).toBe(1);
    expect(exceptions(observed)).toEqual(['failing']);
    expect(observed.span(`primitive.${type}.execute`).status.code).toBe(0);
  });
});
