import { describe, expect, it } from '@jest/globals';
import { InstrumentedPrimitive, type PrimitiveLike, type RunScope } from '@tta/obs-instrumentation';
import { lambda } from './lambda.ts';
import { retry } from './retry.ts';
import { sequential } from './sequential.ts';
import { timeout } from './timeout.ts';
import type { InputOf, OutputOf } from './step-types.ts';

/* What must and what must not compile, see types.spec.ts. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const load = lambda('load', async (id: string) => ({ id, text: 'abc' }));
const count = lambda('count', (document: { text: string }) => document.text.length);
const upper = lambda('upper', (document: { id: string }) => document.id.toUpperCase());
const half = (n: number) => n / 2;

describe('the types of a sequential', () => {
  it('flow from left to right, into bare functions as well', async () => {
    const chain = sequential(
      load,
      (document) => document.text.length,
      async (length) => length > 2,
      (long) => (long ? ('long' as const) : ('short' as const)),
    );
    same<Same<InputOf<typeof chain>, string>>();
    same<Same<OutputOf<typeof chain>, 'long' | 'short'>>();
    expect(await chain.execute('a')).toBe('long');
  });

  it('flow through thirty steps of every kind', async () => {
    const chain = sequential(
      load,
      (document) => ({ ...document, words: document.text.split(' ') }),
      (document) => document.words.length,
      half,
      async (n) => [n, n] as const,
      ([first, second]) => first + second,
      retry((n) => `${n}`),
      (text) => text.length,
      timeout(half, { ms: 1000 }),
      (n) => ({ n }),
      ({ n }) => n > 0,
      (positive) => (positive ? { id: 'b' } : { id: 'c' }),
      upper,
      (text) => text.toLowerCase(),
      load,
      count,
      half,
      (n) => new Map([[n, `${n}`]]),
      (map) => [...map.entries()],
      (entries) => entries.map(([n, text]) => ({ n, text })),
      async (list) => list[0],
      (first) => first?.text ?? '',
      (text) => text.length,
      half,
      retry(timeout((n) => n * 2, { ms: 1000 })),
      (n) => Promise.resolve(n),
      (n) => ({ id: `${n}`, text: 'x' }),
      count,
      (n) => [n],
      (list) => list.map((n) => n.toFixed(1)),
    );
    same<Same<typeof chain, InstrumentedPrimitive<string, string[], never>>>();
    expect(await chain.execute('a')).toEqual(['1.0']);
  });

  it('are the plain ones that the steps have, and mention no helper types', async () => {
    const chain = sequential(
      load,
      retry((document) => document),
      (document) => document,
      (document) => [document],
    );
    same<Same<typeof chain, InstrumentedPrimitive<string, { id: string; text: string }[], never>>>();
    expect(await chain.execute('a')).toEqual([{ id: 'a', text: 'abc' }]);
    const wider = sequential(
      (value: string | number) => value,
      (value: string | number | boolean) => typeof value === 'string',
      (isText) => !isText,
    );
    same<Same<typeof wider, InstrumentedPrimitive<string | number, boolean, never>>>();
    expect(await wider.execute(1)).toBe(true);
  });

  it('are known, never `any`, also of a function that ends no way or takes whatever comes', async () => {
    const fails = sequential(
      load,
      (): never => {
        throw new RangeError('no');
      },
      (nothing) => nothing,
    );
    same<Same<typeof fails, InstrumentedPrimitive<string, never, never>>>();
    await expect(fails.execute('a')).rejects.toThrow(RangeError);
    const passes = sequential(load, <T>(value: T) => value);
    same<Same<OutputOf<typeof passes>, unknown>>();
    expect(await passes.execute('a')).toEqual({ id: 'a', text: 'abc' });
  });

  it('stay open where a step has open ones', async () => {
    const measured = <I, O extends { text: string }>(
      step: PrimitiveLike<I, O>,
    ): InstrumentedPrimitive<I, number> =>
      sequential(
        step,
        ({ text }) => text,
        (text) => text.length,
      );
    const of = measured(load);
    same<Same<typeof of, InstrumentedPrimitive<string, number>>>();
    expect(await of.execute('a')).toBe(3);
  });

  it('have to be written for a function inside a wrapper that follows a function', async () => {
    const chain = sequential(
      load,
      ({ text }) => text.length,
      retry((n: number) => n + 1),
    );
    expect(await chain.execute('a')).toBe(4);
    sequential(
      load,
      ({ text }) => text.length,
      // @ts-expect-error the compiler looks into the wrapper before it knows what the function returns
      retry((n) => n + 1),
    );
  });

  it('report a mismatch between two primitives at the second', async () => {
    const first = sequential(
      count,
      // @ts-expect-error it takes a document, and count returns a number
      upper,
    );
    await expect(first.execute({ text: 'abc' })).rejects.toThrow(TypeError);
    const last = sequential(
      load,
      count,
      // @ts-expect-error it takes a document, and count returns a number
      count,
      half,
    );
    await expect(last.execute('a')).rejects.toThrow(TypeError);
    const unknown = sequential(
      (index: number): unknown => ['a'][index],
      // @ts-expect-error what is unknown is no number
      half,
    );
    expect(await unknown.execute(0)).toBeNaN();
  });

  it('report a mismatch of functions and primitives at the step that does not take its input', async () => {
    const inside = sequential(
      load,
      count,
      // @ts-expect-error a number has no text
      (length) => length.text.trim(),
    );
    await expect(inside.execute('a')).rejects.toThrow(TypeError);
    const primitive = sequential(
      load,
      (document) => document.text,
      // @ts-expect-error it takes a document, and the function returns a text
      upper,
      (text) => text.length,
    );
    await expect(primitive.execute('a')).rejects.toThrow(TypeError);
    const later = sequential(
      load,
      (document) => document.text,
      (text: string) => text.length,
      // @ts-expect-error it takes a document, and the function returns a number
      upper,
      (text) => text.length,
    );
    await expect(later.execute('a')).rejects.toThrow(TypeError);
    const typedFunction = sequential(
      load,
      (document) => document.text,
      // @ts-expect-error it takes a number, and the function returns a text
      half,
      (n) => n.toFixed(1),
    );
    expect(await typedFunction.execute('a')).toBe('NaN');
    const wrapped = sequential(
      load,
      // @ts-expect-error it takes a number, and load returns a document
      retry(half),
      half,
    );
    expect(await wrapped.execute('a')).toBeNaN();
  });

  it('report a mismatch in the last of thirty steps there', async () => {
    // prettier-ignore
    const chain = sequential(
      half, half, half, half, half, half, half, half, half, half,
      half, half, half, half, half, half, half, half, half, half,
      half, half, half, half, half, half, half, half, half,
      // @ts-expect-error it takes a document, and half returns a number
      upper,
    );
    await expect(chain.execute(1)).rejects.toThrow(TypeError);
  });

  it('need at least one step', () => {
    // @ts-expect-error there is none
    expect(() => sequential()).toThrow('sequential needs at least one step');
  });

  it('take in a primitive of somebody else', async () => {
    class Shout extends InstrumentedPrimitive<string, string> {
      constructor() {
        super({ type: 'shout' });
      }

      protected run(input: string, scope: RunScope): string {
        scope.attr('letters', input.length);
        return input.toUpperCase();
      }
    }
    const chain = sequential(load, ({ id }) => id, new Shout());
    same<Same<OutputOf<typeof chain>, string>>();
    expect(await chain.execute('a')).toBe('A');
    sequential(
      load,
      // @ts-expect-error it takes a text, and load returns a document
      new Shout(),
    );
  });
});
