import { describe, expect, it } from '@jest/globals';
import {
  type InstrumentedPrimitive,
  named,
  type Outcome,
  type PrimitiveLike,
} from '@tta/obs-instrumentation';
import { faults } from '@tta/obs-testing';
import { fallback } from './fallback.ts';
import { lambda } from './lambda.ts';
import { parallel } from './parallel.ts';
import { retry } from './retry.ts';
import { sequential } from './sequential.ts';
import type { InputOf, OutputOf } from './step-types.ts';
import { timeout } from './timeout.ts';

/*
 * What must and what must not compile. The compiler checks it (`nx typecheck`): each `Same` states an
 * inferred type, each @ts-expect-error a mistake that has to be caught, on the step that it is made in. Those of
 * one primitive are beside it, in a file of its own: sequential.types.spec.ts.
 */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const load = lambda('load', async (id: string) => ({ id, text: 'abc' }));
const count = lambda('count', (document: { text: string }) => document.text.length);
const upper = lambda('upper', (document: { id: string }) => document.id.toUpperCase());

describe('types', () => {
  it('join the inputs of parallel branches and keep the shape of their outputs', async () => {
    const record = parallel({ count, upper });
    same<Same<OutputOf<typeof record>, { count: number; upper: string }>>();
    const typed: InstrumentedPrimitive<{ id: string; text: string }, { count: number; upper: string }> =
      record;
    const tuple = parallel([count, upper]);
    same<Same<OutputOf<typeof tuple>, [number, string]>>();
    const whole = sequential(load, typed, ({ count: n, upper: text }) => `${n}${text}`);
    expect(await whole.execute('a')).toBe('3A');
    // @ts-expect-error the branches together need id and text
    void record.execute({ id: 'a' }).catch(() => undefined);
    const many = parallel(['a', 'b'].map((suffix) => (text: string) => text + suffix));
    same<Same<OutputOf<typeof many>, string[]>>();
    expect(await many.execute('x')).toEqual(['xa', 'xb']);
  });

  it('pass through wrappers unchanged', () => {
    const wrapped = named('careful', retry(timeout(load, { ms: 10 })));
    same<Same<InputOf<typeof wrapped>, string>>();
    same<Same<OutputOf<typeof wrapped>, { id: string; text: string }>>();
    // @ts-expect-error a timeout needs its limit
    expect(() => timeout(load, {})).toThrow();
  });

  it('pass through faults as if there were none', async () => {
    const document = { id: 'a', text: 'abc' };
    const size = async ({ text }: { text: string }) => text.length;

    const inferred = sequential(
      load,
      faults.delay(0, ({ text }) => text.length),
      faults.failTimes(0, async (length) => length > 2),
      faults.dropTelemetry((long) => (long ? ('long' as const) : ('short' as const))),
    );
    same<Same<typeof inferred, InstrumentedPrimitive<string, 'long' | 'short', never>>>();
    expect(await inferred.execute('a')).toBe('long');

    const tried = retry(faults.failTimes(0, size));
    same<Same<typeof tried, InstrumentedPrimitive<{ text: string }, number, never>>>();
    expect(await tried.execute(document)).toBe(3);
    const limited = timeout(faults.delay(0, faults.failTimes(0, faults.dropTelemetry(load))), { ms: 10 });
    same<Same<typeof limited, typeof load>>();
    const stuck = timeout(faults.hang(size, { ignoresAbort: true }), { ms: 10 });
    same<Same<typeof stuck, typeof tried>>();
    const anything = sequential(load, faults.hang(), (never) => never);
    same<Same<typeof anything, InstrumentedPrimitive<string, never, never>>>();
    const answer = fallback(faults.failTimes(1, load), faults.hang(upper));
    same<Same<OutputOf<typeof answer>, { id: string; text: string } | string>>();
    const branches = parallel({ size: faults.delay(0, size), upper: faults.failTimes(0, upper) });
    same<
      Same<
        typeof branches,
        InstrumentedPrimitive<{ text: string } & { id: string }, { size: number; upper: string }, never>
      >
    >();
    expect(await branches.execute(document)).toEqual({ size: 3, upper: 'A' });

    const ofAnyStep = <I, O>(step: PrimitiveLike<I, O>): InstrumentedPrimitive<I, O> =>
      retry(faults.delay(0, faults.failTimes(0, faults.dropTelemetry(step))));
    same<Same<ReturnType<typeof ofAnyStep<string, number>>, InstrumentedPrimitive<string, number>>>();
    sequential(
      load,
      // @ts-expect-error a document has no length
      faults.delay(0, ({ length }) => length),
    );
    sequential(
      load,
      upper,
      // @ts-expect-error upper returns a text, the function takes a number
      faults.failTimes(1, (n: number) => n),
    );
    // @ts-expect-error it takes documents
    void tried.execute('a').catch(() => undefined);
  });

  it('widen the output by that of each alternative', async () => {
    const answer = fallback(
      lambda('model', async (_: { prompt: string }) => 'text' as const),
      lambda('rules', (_: { prompt: string; locale: string }) => 42),
    );
    same<Same<OutputOf<typeof answer>, 'text' | 42 | number>>();
    same<Same<InputOf<typeof answer>, { prompt: string } & { prompt: string; locale: string }>>();
    expect(await answer.execute({ prompt: 'p', locale: 'en' })).toBe('text');
  });

  it('let a primitive stand in for one that takes more or promises less, and no other', () => {
    const wider: InstrumentedPrimitive<{ text: string; extra: 1 }, number | string> = count;
    // @ts-expect-error it takes less than count needs
    const narrower: InstrumentedPrimitive<object, number> = count;
    expect(wider).toBe(narrower);
  });

  it('tell success from failure', async () => {
    const outcome: Outcome<number> = await count.tryExecute({ text: 'abc' });
    same<Same<Extract<typeof outcome, { ok: true }>['value'], number>>();
    expect(outcome.ok && outcome.value).toBe(3);
  });
});
