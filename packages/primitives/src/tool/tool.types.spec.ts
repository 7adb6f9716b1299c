import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { z } from 'zod';
import { lambda } from '../lambda.ts';
import { retry } from '../retry.ts';
import { sequential } from '../sequential.ts';
import { timeout } from '../timeout.ts';
import { tool } from './tool.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

interface Place {
  readonly city: string;
}
const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' && value !== null && 'city' in value && typeof value.city === 'string';
const toPlace = (value: unknown): Place => {
  if (!isPlace(value)) throw new Error('city has to be a text');
  return value;
};

describe('the types of a tool', () => {
  it('give execute what a validator of the Standard Schema shape makes', async () => {
    const forecast = tool({
      name: 'forecast',
      input: z.object({ city: z.string(), days: z.number().default(3) }),
      execute: ({ city, days }) => {
        same<Same<typeof city, string>>();
        same<Same<typeof days, number>>();
        return `${city}: ${days} days`;
      },
    });
    same<
      Same<typeof forecast, InstrumentedPrimitive<{ city: string; days?: number | undefined }, string, never>>
    >();
    expect(await forecast.execute({ city: 'Oslo' })).toBe('Oslo: 3 days');
    const parsed = tool({
      name: 'parsed',
      execute: async (words, { signal }) => (signal.aborted ? 0 : words.length),
      input: z.object({ text: z.string() }).transform(({ text }) => text.split(' ')),
    });
    same<Same<typeof parsed, InstrumentedPrimitive<{ text: string }, number, never>>>();
    expect(await parsed.execute({ text: 'a b' })).toBe(2);
  });

  it('give it what a guard admits, and what a function returns', async () => {
    const guarded = tool({ name: 'guarded', input: isPlace, execute: ({ city }) => city.length });
    same<Same<typeof guarded, InstrumentedPrimitive<Place, number, never>>>();
    const inline = tool({
      name: 'inline',
      input: (value) => typeof value === 'string',
      execute: (text) => text.length,
    });
    same<Same<typeof inline, InstrumentedPrimitive<string, number, never>>>();
    const parsed = tool({ name: 'parsed', input: toPlace, execute: ({ city }) => city.length });
    same<Same<typeof parsed, InstrumentedPrimitive<unknown, number, never>>>();
    const later = tool({
      name: 'later',
      input: async (value) => toPlace(value),
      execute: ({ city }) => city,
    });
    same<Same<typeof later, InstrumentedPrimitive<unknown, string, never>>>();
    const plain = tool({
      name: 'plain',
      input: (value): boolean => isPlace(value),
      execute: (value) => {
        same<Same<typeof value, unknown>>();
        return 1;
      },
    });
    expect(await guarded.execute({ city: 'Oslo' })).toBe(4);
    expect(await inline.execute('Oslo')).toBe(4);
    expect(await parsed.execute({ city: 'Oslo' })).toBe(4);
    expect(await later.execute({ city: 'Oslo' })).toBe('Oslo');
    expect(await plain.execute({ city: 'Oslo' })).toBe(1);
  });

  it('give it anything where nothing is checked', async () => {
    const echo = tool({
      name: 'echo',
      execute: (value) => {
        same<Same<typeof value, unknown>>();
        return value;
      },
    });
    same<Same<typeof echo, InstrumentedPrimitive<unknown, unknown, never>>>();
    expect(await echo.execute(1)).toBe(1);
  });

  it('fit together with steps, inside and around', async () => {
    const look = lambda('look', ({ city }: Place) => city.length);
    const inside = tool({ name: 'inside', input: isPlace, execute: retry(timeout(look, 1000)) });
    same<Same<typeof inside, InstrumentedPrimitive<Place, number, never>>>();
    const around = retry(timeout(inside, 1000));
    expect(await sequential((city: string) => ({ city }), around).execute('Oslo')).toBe(4);
  });

  it('say on the line of execute that it takes something else', () => {
    tool({
      name: 'wrong',
      input: z.object({ city: z.string() }),
      // @ts-expect-error the validator makes a city that is a text
      execute: ({ city }: { city: number }) => city,
    });
    tool({
      name: 'wrong',
      input: isPlace,
      // @ts-expect-error the guard admits places
      execute: lambda('half', (n: number) => n / 2),
    });
    tool({
      name: 'wrong',
      input: isPlace,
      // @ts-expect-error a place has no country
      execute: ({ country }) => String(country),
    });
    tool({
      name: 'wrong',
      // @ts-expect-error nothing says that it is a place
      execute: ({ city }: Place) => city,
    });
    // @ts-expect-error a text checks nothing
    expect(() => tool({ name: 'wrong', input: 'city', execute: () => 1 })).toThrow('input checks nothing');
    // @ts-expect-error a tool has to do something
    expect(() => tool({ name: 'wrong' })).toThrow('execute is undefined');
  });
});
