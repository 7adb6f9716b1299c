import { describe, expect, it } from '@jest/globals';
import type { InputOf, OutputOf } from '../step-types.ts';
import { lambda } from '../lambda.ts';
import { sequential } from '../sequential.ts';
import { router } from './router.ts';

/* What must and what must not compile: see types.spec.ts. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const count = lambda('count', (document: { text: string }) => document.text.length);
const upper = lambda('upper', (document: { id: string }) => document.id.toUpperCase());
const document = { id: 'a', text: 'abc' };

describe('the types of a router', () => {
  it('join the inputs of the routes and unite their outputs', async () => {
    const route = router({ routes: { count, upper }, select: 'fastest' });
    same<Same<InputOf<typeof route>, { text: string } & { id: string }>>();
    same<Same<OutputOf<typeof route>, number | string>>();
    expect(await route.execute(document)).toBe(3);
    // @ts-expect-error the routes together need id and text
    void route.tryExecute({ id: 'a' });
    const chain = sequential(route, (either) => typeof either);
    same<Same<InputOf<typeof chain>, InputOf<typeof route>>>();
    expect(await chain.execute(document)).toBe('number');
  });

  it('give the function the input of all routes, and take the keys of routes alone from it', async () => {
    const route = router({
      routes: { count, upper },
      select: ({ id, text }, { signal }) => (id === text || signal.aborted ? 'count' : 'upper'),
    });
    expect(await route.execute(document)).toBe('A');
    const later = router({ routes: { count, upper }, select: async () => 'count' });
    expect(await later.execute(document)).toBe(3);
    router({
      routes: { count, upper },
      // @ts-expect-error there is no route of that key
      select: () => 'lower',
    });
    router({
      routes: { count, upper },
      // @ts-expect-error there is no route of that key
      select: async ({ id }) => (id === 'a' ? 'lower' : 'upper'),
    });
    // @ts-expect-error there is no such strategy
    expect(() => router({ routes: { count, upper }, select: 'dearest' })).toThrow();
  });

  it('know the keys in the default, the profile and the stats', () => {
    const routes = { count, upper };
    const route = router({
      routes,
      select: 'cheapest',
      default: 'upper',
      profile: { count: { costUsd: 1 } },
    });
    expect(route.stats().count.samples).toBe(0);
    // @ts-expect-error there is no route of that key
    expect(route.stats().lower).toBeUndefined();
    // @ts-expect-error there is no route of that key
    expect(() => router({ routes, select: 'cheapest', default: 'lower' })).toThrow();
    // @ts-expect-error there is no route of that key
    expect(() => router({ routes, select: 'cheapest', profile: { lower: {} } })).toThrow();
    // @ts-expect-error there is no such tier
    expect(() => router({ routes, select: 'cheapest', profile: { count: { tier: 'slow' } } })).toThrow();
  });
});
