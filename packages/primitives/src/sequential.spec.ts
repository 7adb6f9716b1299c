import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { lambda } from './lambda.ts';
import { sequential } from './sequential.ts';

describe('sequential', () => {
  it('feeds the output of each step to the next', async () => {
    const chain = sequential(
      (n: number) => n + 1,
      (n) => `${n}`,
      async (text) => [text, text],
    );
    expect(await chain.execute(1)).toEqual(['2', '2']);
  });

  it(
    'has the span tree of the requirement, each step linked to the one before it',
    observed(async (trace) => {
      const chain = sequential(
        lambda('parse', (n: number) => n),
        lambda('check', (n) => n),
        lambda('store', (n) => n),
      );
      await chain.execute(1);
      expect(trace).toHaveSpanTree(`
        primitive.sequential.execute "sequential" success
        ├─ primitive.sequential.step_0 "parse" success
        │  └─ primitive.lambda.execute "parse" success
        ├─ primitive.sequential.step_1 "check" success
        │  └─ primitive.lambda.execute "check" success
        └─ primitive.sequential.step_2 "store" success
           └─ primitive.lambda.execute "store" success
      `);
      const steps = [0, 1, 2].map((index) => trace.span(`primitive.sequential.step_${index}`));
      expect(steps.map(({ attributes }) => attributes)).toMatchObject(
        ['parse', 'check', 'store'].map((name, index) => ({
          'step.index': index,
          'step.name': name,
          'step.primitive_type': 'lambda',
          'step.total_steps': 3,
        })),
      );
      expect(
        steps.map(({ links }) => links.map(({ context, attributes }) => [context.spanId, attributes])),
      ).toEqual([
        [],
        [[steps[0]?.spanId, { 'link.type': 'previous_step' }]],
        [[steps[1]?.spanId, { 'link.type': 'previous_step' }]],
      ]);
      const labels = { 'connection.type': 'sequential' };
      expect(trace).toHaveMetric('primitive.connection.count', [
        { labels: { ...labels, 'source.primitive': 'parse', 'target.primitive': 'check' }, value: 1 },
        { labels: { ...labels, 'source.primitive': 'check', 'target.primitive': 'store' }, value: 1 },
      ]);
    }),
  );

  it(
    'ends with the first error and begins no further step',
    observed(async (trace) => {
      const error = new Error('no');
      const [first, second] = [mockPrimitive('first').fails(error), mockPrimitive('second').returns(1)];
      await expect(sequential(first, second).execute(0)).rejects.toBe(error);
      expect(second.calls).toEqual([]);
      expect(trace).toHaveSpan({ span: 'primitive.sequential.execute', outcome: 'error' });
    }),
  );

  it(
    'begins no further step once it is cancelled, also when the running step does not heed it',
    observed(async (trace) => {
      const controller = new AbortController();
      const second = mockPrimitive('second').returns(1);
      const chain = sequential(() => controller.abort(), second);
      const outcome = await chain.tryExecute(undefined, { signal: controller.signal });
      expect(outcome).toMatchObject({ ok: false, info: { category: 'cancelled' } });
      expect(second.calls).toEqual([]);
      expect(trace).toHaveSpan({ span: 'primitive.sequential.execute', outcome: 'cancelled' });
    }),
  );

  it(
    'inside a sequential stays a step of its own',
    observed(async (trace) => {
      const inner = sequential(lambda('inside', (n: number) => n));
      await sequential(inner).execute(1);
      expect(trace).toHaveSpanTree(`
        primitive.sequential.execute
        └─ primitive.sequential.step_0 "sequential"
           └─ primitive.sequential.execute "sequential"
              └─ primitive.sequential.step_0 "inside" success
                 └─ primitive.lambda.execute "inside" success
      `);
    }),
  );

  it('refuses no steps and steps that are none, at construction', () => {
    const make = sequential as unknown as (...steps: unknown[]) => unknown;
    expect(() => make()).toThrow('sequential needs at least one step');
    expect(() => make(() => 1, 7)).toThrow('sequential: step 1 is a number');
  });

  it('has the signatures that its generator writes', () => {
    const written = readFileSync(new URL('./sequential-signatures.ts', import.meta.url), 'utf8');
    const shape = (text: string): string => text.replace(/[\s,;]+/g, '');
    const generator = fileURLToPath(new URL('../generate-sequential-signatures.mjs', import.meta.url));
    expect(shape(written)).toBe(shape(execFileSync(process.execPath, [generator], { encoding: 'utf8' })));
  });
});

describeOutcomes(
  'sequential',
  (step) =>
    sequential(
      step,
      lambda('double', (n: number) => n * 2),
    ),
  {
    output: 4,
    success: `
    primitive.sequential.execute "sequential" success
    ├─ primitive.sequential.step_0 "step" success
    │  └─ primitive.mock.execute "step" success
    └─ primitive.sequential.step_1 "double" success
       └─ primitive.lambda.execute "double" success
  `,
    error: `
    primitive.sequential.execute "sequential" error
    └─ primitive.sequential.step_0 "step" error
       └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.sequential.execute "sequential" timeout
    └─ primitive.sequential.step_0 "step" timeout
       └─ primitive.timeout.execute "step" timeout
          └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.sequential.execute "sequential" cancelled
    └─ primitive.sequential.step_0 "step" cancelled
       └─ primitive.mock.execute "step" cancelled
  `,
  },
);
