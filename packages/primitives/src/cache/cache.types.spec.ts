import { describe, expect, it } from '@jest/globals';
import { sequential } from '../sequential.ts';
import type { InputOf, OutputOf } from '../step-types.ts';
import { dedupe } from '../dedupe.ts';
import { cache } from './cache.ts';

/* What must and what must not compile; the compiler checks it (`nx typecheck`). */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const load = async (page: { url: string }) => ({ url: page.url, text: 'abc' });

describe('the types of cache and dedupe', () => {
  it('are those of the step, also in the key and in what comes after', async () => {
    const cached = cache(load, { key: ({ url }) => url });
    same<Same<InputOf<typeof cached>, { url: string }>>();
    same<Same<OutputOf<typeof cached>, { url: string; text: string }>>();
    const shared = dedupe(cached, { key: ({ url }) => url });
    same<Same<InputOf<typeof shared>, { url: string }>>();
    const chain = sequential(shared, ({ text }) => text.length);
    same<Same<OutputOf<typeof chain>, number>>();
    expect(await chain.execute({ url: '/' })).toBe(3);
    expect(cached.stats().misses).toBe(1);
  });

  it('ask for a key that is text and is made of the input', () => {
    // @ts-expect-error there is no key
    expect(() => cache(load)).toThrow('cache: key is undefined');
    // @ts-expect-error there is no key
    expect(() => dedupe(load, {})).toThrow('dedupe: key is undefined');
    // @ts-expect-error a page has no id
    cache(load, { key: (page) => page.id });
    // @ts-expect-error a length is no text
    dedupe(load, { key: ({ url }) => url.length });
  });
});
