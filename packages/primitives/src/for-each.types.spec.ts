import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { conditional } from './conditional.ts';
import { forEach, type Items, skipItem, stopItems } from './for-each.ts';
import { lambda } from './lambda.ts';
import { retry } from './retry.ts';
import { sequential } from './sequential.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const length = lambda('length', (document: { text: string }) => document.text.length);

describe('the types of forEach', () => {
  it('take items of what the step takes, and give an array of what it returns', async () => {
    const lengths = forEach(length, { concurrency: 4 });
    same<Same<typeof lengths, InstrumentedPrimitive<Items<{ text: string }>, number[], never>>>();
    expect(await lengths.execute(new Set([{ text: 'abc' }]))).toEqual([3]);
    const chain = sequential(
      (texts: string) => texts.split(' '),
      forEach((text) => text.length),
      (found) => found.map((n) => n.toFixed()),
    );
    expect(await chain.execute('a bc')).toEqual(['1', '2']);
    const ofStream = forEach(retry(async (line: string) => line.length));
    same<Same<typeof ofStream, InstrumentedPrimitive<Items<string>, number[], never>>>();
    const lines: AsyncIterable<string> & { readonly path: string } = Object.assign(
      (async function* () {
        yield 'ab';
      })(),
      { path: '/tmp' },
    );
    expect(await ofStream.execute(lines)).toEqual([2]);
    const anyIterable: Iterable<string> = ['abc'];
    expect(await ofStream.execute(anyIterable)).toEqual([3]);
  });

  it('have no results for what is skipped or stops', async () => {
    const odd = forEach((n: number) => (n > 5 ? stopItems : n % 2 ? n : skipItem));
    same<Same<typeof odd, InstrumentedPrimitive<Items<number>, number[], never>>>();
    const later = forEach(
      lambda('later', async (n: number) => {
        if (n > 5) return stopItems;
        return n % 2 ? String(n) : skipItem;
      }),
    );
    same<Same<typeof later, InstrumentedPrimitive<Items<number>, string[], never>>>();
    expect(await odd.execute([1, 2, 7])).toEqual([1]);
    expect(await later.execute([1, 2, 7])).toEqual(['1']);
  });

  it('know a step that does nothing but skip, or stop', async () => {
    const skip = lambda('skip', () => skipItem);
    const short = forEach(
      conditional(
        (n: number) => n < 3,
        (n: number) => n.toFixed(),
        skip,
      ),
    );
    same<Same<typeof short, InstrumentedPrimitive<Items<number>, string[], never>>>();
    expect(await short.execute([1, 4, 2])).toEqual(['1', '2']);
    const none = forEach((_: number) => stopItems);
    same<Same<typeof none, InstrumentedPrimitive<Items<number>, never[], never>>>();
    const other = forEach((_: number) => Symbol.iterator);
    same<Same<typeof other, InstrumentedPrimitive<Items<number>, symbol[], never>>>();
  });

  it('refuse a text, items of another kind, and what is no step', () => {
    const characters = forEach((character: string) => character);
    // @ts-expect-error a text is iterable, and hardly ever meant
    void characters.tryExecute('abc');
    // @ts-expect-error it takes texts
    void characters.tryExecute([1]);
    // @ts-expect-error one item is no list of them
    void forEach(length).tryExecute({ text: 'abc' });
    sequential(
      length,
      // @ts-expect-error a number is not iterable
      characters,
    );
    // @ts-expect-error an array is no step
    expect(() => forEach([length])).toThrow();
  });
});
