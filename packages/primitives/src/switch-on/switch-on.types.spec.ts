import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { lambda } from '../lambda.ts';
import { sequential } from '../sequential.ts';
import { switchOn } from './switch-on.ts';

/* What must and what must not compile: see types.spec.ts. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

interface Request {
  readonly lang: 'en' | 'fr';
  readonly words: number;
}

const langOf = ({ lang }: Request) => lang;
const request: Request = { lang: 'fr', words: 2 };
const load = lambda('load', async (lang: 'en' | 'fr'): Promise<Request> => ({ lang, words: 2 }));
const count = lambda('count', (document: { text: string }) => document.text.length);
const anything = lambda('anything', (value: unknown) => String(value));

describe('the types of a switchOn', () => {
  it('are those of its selector and its steps, functions and primitives', async () => {
    const primitive = switchOn(langOf, { en: (input) => input.words, fr: async () => 'deux' });
    same<Same<typeof primitive, InstrumentedPrimitive<Request, number | string, never>>>();
    expect(await primitive.execute(request)).toBe('deux');
    const mixed = switchOn(langOf, { en: anything, fr: ({ words }) => words });
    same<Same<typeof mixed, InstrumentedPrimitive<Request, string | number, never>>>();
    const given = switchOn(langOf, { en: anything, fr: ({ words }) => words }, undefined, { name: 'given' });
    same<Same<typeof given, typeof mixed>>();
  });

  it('need no case for every key where there is a step for all others', async () => {
    const some = switchOn(langOf, { en: ({ words }) => words }, (input) => input.lang);
    same<Same<typeof some, InstrumentedPrimitive<Request, number | 'en' | 'fr', never>>>();
    const any = switchOn(
      (lang: string) => lang,
      { en: () => 1 },
      (lang) => [lang],
      { name: 'any' },
    );
    same<Same<typeof any, InstrumentedPrimitive<string, number | string[], never>>>();
    expect(await any.execute('de')).toEqual(['de']);
  });

  it('come from selectors that choose, wait, or return numbers and booleans', async () => {
    const size = switchOn((n: number) => (n > 1 ? 'big' : 'small'), { big: (n) => n, small: String });
    same<Same<typeof size, InstrumentedPrimitive<number, number | string, never>>>();
    const late = switchOn(async (n: number) => (n > 1 ? 'big' : 'small'), { big: (n) => n, small: String });
    same<Same<typeof late, typeof size>>();
    const status = switchOn((code: 200 | 404) => code, { 200: (code) => code, 404: () => null });
    same<Same<typeof status, InstrumentedPrimitive<200 | 404, 200 | 404 | null, never>>>();
    const sign = switchOn((n: number) => n < 0, { true: (n) => -n, false: String });
    same<Same<typeof sign, typeof size>>();
    expect(await sign.execute(-1)).toBe(1);
  });

  it('flow into it from the step before, and out of it', async () => {
    const all = sequential(
      load,
      switchOn((input) => input.lang, { en: (input) => input.words, fr: () => null }),
      (result) => [result],
    );
    same<Same<typeof all, InstrumentedPrimitive<'en' | 'fr', (number | null)[], never>>>();
    const some = sequential(
      load,
      switchOn(
        (input) => input.lang,
        { en: (input) => input.words },
        (input) => input.lang,
      ),
      (result) => [result],
    );
    same<Same<typeof some, InstrumentedPrimitive<'en' | 'fr', (number | 'en' | 'fr')[], never>>>();
    expect(await some.execute('fr')).toEqual(['fr']);
  });

  it('report a case that is missing at the cases', () => {
    switchOn(
      langOf,
      // @ts-expect-error Property 'fr' is missing
      { en: (input) => input.words },
    );
    switchOn(
      langOf,
      // @ts-expect-error Property 'fr' is missing
      { en: (input) => input.words },
      undefined,
      { name: 'some' },
    );
    switchOn(
      (n: number) => n < 0,
      // @ts-expect-error Property 'false' is missing
      { true: (n) => n },
    );
    switchOn(
      (code: 200 | 404) => code,
      // @ts-expect-error Property '404' is missing
      { 200: (code) => code },
    );
    switchOn(
      (lang: string) => lang,
      // @ts-expect-error any text is more than cases can cover
      { en: (lang) => lang },
    );
    switchOn(
      (lang: 'en') => `${lang}-${String(request.words)}` as const,
      // @ts-expect-error so is any text of a form
      { 'en-1': (lang) => lang },
    );
    sequential(
      load,
      switchOn(
        (input) => input.lang,
        // @ts-expect-error Property 'fr' is missing
        { en: (input) => input.words },
      ),
    );
    expect(request.lang).toBe('fr');
  });

  it('report a case that is never selected, and a step that does not fit, where it is', () => {
    switchOn(langOf, {
      en: (input) => input.words,
      fr: (input) => input.words,
      // @ts-expect-error no selector returns this
      de: () => 1,
    });
    switchOn(
      langOf,
      {
        en: (input) => input.words,
        // @ts-expect-error no selector returns this
        de: () => 1,
      },
      anything,
    );
    switchOn(langOf, {
      en: (input) => input.words,
      // @ts-expect-error count takes a document
      fr: count,
    });
    switchOn(langOf, {
      en: (input) => input.words,
      // @ts-expect-error a request has no text
      fr: (input) => input.text,
    });
    switchOn(
      langOf,
      { en: (input) => input.words },
      // @ts-expect-error count takes a document
      count,
    );
    switchOn(
      // @ts-expect-error no key is no key
      (input: { lang?: 'en' }) => input.lang,
      { en: anything },
    );
    expect(request.lang).toBe('fr');
  });
});
