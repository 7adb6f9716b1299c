import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { lambda } from './lambda.ts';
import { race } from './race.ts';
import { sequential } from './sequential.ts';
import type { InputOf, OutputOf } from './step-types.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const cheap = lambda('cheap', async (_: { prompt: string }) => 'text' as const);
const good = lambda('good', (_: { prompt: string; locale: string }) => 42);

describe('the types of race', () => {
  it('tell the winner of a record by its key, and what it returned', async () => {
    const record = race({ cheap, good });
    same<
      Same<OutputOf<typeof record>, { winner: 'cheap'; value: 'text' } | { winner: 'good'; value: number }>
    >();
    same<Same<InputOf<typeof record>, { prompt: string } & { prompt: string; locale: string }>>();
    const won = await record.execute({ prompt: 'p', locale: 'en' });
    const text: string = won.winner === 'cheap' ? won.value : won.value.toFixed();
    expect(text).toBe('42');
    const numbered = race({ 1: cheap });
    same<Same<OutputOf<typeof numbered>, { winner: '1'; value: 'text' }>>();
  });

  it('tell that of a tuple by its position, and of any number of branches by a number', async () => {
    const tuple = race([cheap, good]);
    same<Same<OutputOf<typeof tuple>, { winner: 0; value: 'text' } | { winner: 1; value: number }>>();
    const many = race(['a', 'b'].map((suffix) => (text: string) => text + suffix));
    same<Same<OutputOf<typeof many>, { winner: number; value: string }>>();
    expect(await many.execute('x')).toEqual({ winner: 0, value: 'xa' });
  });

  it('refuse what is no branch, what lacks input, and a key that none has', () => {
    // @ts-expect-error a text is no branch
    expect(() => race({ cheap, good: 'good' })).toThrow();
    // @ts-expect-error a race has no concurrency
    race([cheap], { concurrency: 2 });
    // @ts-expect-error good needs a locale as well
    void race({ cheap, good }).execute({ prompt: 'p' });
    sequential(
      race({ cheap, good }),
      // @ts-expect-error none is called best
      ({ winner }) => winner === 'best',
    );
    const typed: InstrumentedPrimitive<
      { prompt: string; locale: string },
      { winner: string; value: unknown }
    > = race({ cheap, good });
    expect(typed.type).toBe('race');
  });
});
