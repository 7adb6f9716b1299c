import { describe, expect, it } from '@jest/globals';
import { Counting, emitting } from '../test/emitting.ts';
import type { InstrumentedPrimitive } from './instrumented-primitive.ts';
import type { PrimitiveLike, RunScope } from './run-scope.ts';
import type { RunStream } from './run-stream.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

describe('the types of streams', () => {
  it('have the chunks and the result of their primitive', async () => {
    const stream = new Counting().stream(2);
    same<Same<typeof stream, RunStream<number, number>>>();
    for await (const chunk of stream) same<Same<typeof chunk, number>>();
    expect(await stream.result).toBe(2);
  });

  it('let emit only what the primitive says, and nothing where it says nothing', async () => {
    const words = emitting('words', async (_: number, { emit }: RunScope<string>) => {
      await emit('a word');
      // @ts-expect-error no word
      await emit(1);
    });
    await words.execute(0);
    const silent = async (scope: RunScope): Promise<void> => {
      // @ts-expect-error a function emits nothing unless it says what
      await scope.emit('a word');
    };
    expect(silent).toHaveLength(1);
  });

  it('fit wherever chunks do not matter, and where they do only if they are those', () => {
    const primitive: InstrumentedPrimitive<number, number> = new Counting();
    const step: PrimitiveLike<number, number> = new Counting();
    // @ts-expect-error its chunks are numbers
    const texts: InstrumentedPrimitive<number, number, string> = new Counting();
    expect([primitive.type, typeof step, texts.type]).toEqual(['emitting', 'object', 'emitting']);
  });
});
