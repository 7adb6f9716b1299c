import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive, PrimitiveLike, RunStream } from '@tta/obs-instrumentation';
import { retry } from './retry.ts';
import { sequential } from './sequential.ts';
import { streaming } from './streaming.ts';
import { timeout } from './timeout.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const words = streaming('words', async function* (text: string) {
  yield* text.split(' ');
  return text.length;
});

describe('the types of streaming', () => {
  it('take chunks and output from the generator', async () => {
    same<Same<typeof words, InstrumentedPrimitive<string, number, string>>>();
    const stream = words.stream('a b');
    same<Same<typeof stream, RunStream<string, number>>>();
    for await (const word of stream) same<Same<typeof word, string>>();
    // @ts-expect-error its input is a text
    await expect(words.execute(1)).rejects.toThrow();
  });

  it('have no output for what returns none', async () => {
    const chunks = streaming('chunks', () => ReadableStream.from(['a']));
    same<Same<typeof chunks, InstrumentedPrimitive<unknown, undefined, string>>>();
    const few = streaming('few', (n: number) => [n]);
    same<Same<typeof few, InstrumentedPrimitive<number, undefined, number>>>();
    const later = streaming('later', async (n: number) => new Set([n]));
    same<Same<typeof later, InstrumentedPrimitive<number, undefined, number>>>();
    const silent = streaming('silent', async function* (n: number) {
      yield n;
    });
    // oxlint-disable-next-line no-invalid-void-type
    same<Same<typeof silent, InstrumentedPrimitive<number, void, number>>>();
    expect(await few.execute(1)).toBeUndefined();
  });

  it('take the generator that is promised', async () => {
    const promised = streaming('promised', async (text: string) =>
      (async function* () {
        yield text;
        return 1;
      })(),
    );
    same<Same<typeof promised, InstrumentedPrimitive<string, number, string>>>();
    expect(await promised.execute('a')).toBe(1);
  });

  it('take chunks and output from a generator that waits for nothing', async () => {
    const few = streaming('few', function* (text: string) {
      yield text.length;
      return text;
    });
    same<Same<typeof few, InstrumentedPrimitive<string, string, number>>>();
    const later = streaming('later', async (text: string) =>
      (function* () {
        yield text;
        return 1;
      })(),
    );
    same<Same<typeof later, InstrumentedPrimitive<string, number, string>>>();
    expect([await few.execute('a'), await later.execute('a')]).toEqual(['a', 1]);
  });

  it('refuse what cannot be read chunk by chunk', () => {
    // @ts-expect-error characters are hardly ever meant: [...text] has them
    streaming('text', () => 'text');
    // @ts-expect-error a number
    streaming('number', () => 1);
    expect(() => {
      // @ts-expect-error the function, not what it returns
      streaming('made', [1]);
    }).toThrow();
  });

  it('come through what is around them', async () => {
    const careful = retry(timeout(words, { ms: 1000 }));
    same<Same<typeof careful, InstrumentedPrimitive<string, number, string>>>();
    const chunks: string[] = [];
    for await (const word of careful.stream('a b')) chunks.push(word);
    expect(chunks).toEqual(['a', 'b']);
  });

  it('fit wherever a step of that input and output does', async () => {
    const step: PrimitiveLike<string, number> = words;
    expect(step).toBe(words);
    const chain = sequential(words, (length) => length.toFixed());
    expect(await chain.execute('a b')).toBe('3');
  });
});
