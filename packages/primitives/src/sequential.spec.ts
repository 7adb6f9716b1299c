import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { enableContexts, Observed } from '../test/observed.ts';
import { lambda } from './lambda.ts';
import { sequential } from './sequential.ts';

beforeAll(enableContexts);

describe('sequential', () => {
  it('feeds the output of each step to the next', async () => {
    const chain = sequential(
      (n: number) => n + 1,
      (n) => `${n}`,
      async (text) => [text, text],
    );
    expect(await chain.execute(1)).toEqual(['2', '2']);
  });

  it('has the span tree of the requirement, each step linked to the one before it', async () => {
    const observed = new Observed();
    const chain = sequential(
      lambda('parse', (n: number) => n),
      lambda('check', (n) => n),
      lambda('store', (n) => n),
    );
    await observed.run(() => chain.execute(1));
    expect(observed.tree()).toBe(
      [
        'primitive.sequential.execute "sequential" success',
        '  primitive.sequential.step_0 "parse" success',
        '    primitive.lambda.execute "parse" success',
        '  primitive.sequential.step_1 "check" success',
        '    primitive.lambda.execute "check" success',
        '  primitive.sequential.step_2 "store" success',
        '    primitive.lambda.execute "store" success',
      ].join('\n'),
    );
    const steps = [0, 1, 2].map((index) => observed.span(`primitive.sequential.step_${index}`));
    expect(steps.map(({ attributes }) => attributes)).toEqual(
      ['parse', 'check', 'store'].map((name, index) =>
        expect.objectContaining({
          'step.index': index,
          'step.name': name,
          'step.primitive_type': 'lambda',
          'step.total_steps': 3,
        }),
      ),
    );
    expect(
      steps.map(({ links }) => links.map(({ context, attributes }) => [context.spanId, attributes])),
    ).toEqual([
      [],
      [[steps[0]?.spanContext().spanId, { 'link.type': 'previous_step' }]],
      [[steps[1]?.spanContext().spanId, { 'link.type': 'previous_step' }]],
    ]);
    expect(await observed.points('primitive.connection.count')).toEqual({
      'connection.type=sequential source.primitive=parse target.primitive=check': 1,
      'connection.type=sequential source.primitive=check target.primitive=store': 1,
    });
  });

  it('ends with the first error and begins no further step', async () => {
    const observed = new Observed();
    const error = new Error('no');
    let reached = false;
    const chain = sequential(
      () => {
        throw error;
      },
      () => (reached = true),
    );
    await expect(observed.run(() => chain.execute(0))).rejects.toBe(error);
    expect(reached).toBe(false);
    expect(observed.span('primitive.sequential.execute').attributes['execution.status']).toBe('error');
  });

  it('begins no further step once it is cancelled, also when the running step does not heed it', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    let reached = false;
    const chain = sequential(
      () => controller.abort(),
      () => (reached = true),
    );
    const outcome = await observed.run(() => chain.tryExecute(undefined, { signal: controller.signal }));
    expect(outcome).toMatchObject({ ok: false, info: { category: 'cancelled' } });
    expect(reached).toBe(false);
    expect(observed.span('primitive.sequential.execute').attributes['execution.status']).toBe('cancelled');
  });

  it('inside a sequential stays a step of its own', async () => {
    const observed = new Observed();
    await observed.run(() =>
      sequential(
        sequential((n: number) => n),
        (n) => n,
      ).execute(1),
    );
    expect(observed.spans.filter(({ name }) => name === 'primitive.sequential.execute')).toHaveLength(2);
  });

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
