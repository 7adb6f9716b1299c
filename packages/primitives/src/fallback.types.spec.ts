import { describe, expect, it } from '@jest/globals';
import type { ErrorClass } from '@tta/obs-context';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { fallback } from './fallback.ts';
import { lambda } from './lambda.ts';
import { sequential } from './sequential.ts';
import type { InputOf, OutputOf } from './step-types.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const model = lambda('model', async (_: { prompt: string }) => 'text' as const);
const rules = lambda('rules', (_: { prompt: string; locale: string }) => 42);
const nothing = (_: { prompt: string }) => null;
const isLimited = (_: unknown, { category }: ErrorClass) => category === 'rate_limit';

describe('the types of a fallback', () => {
  it('are those of all steps, whether they answer every error or some', async () => {
    const answer = fallback(model, { step: rules, when: isLimited }, nothing);
    same<Same<OutputOf<typeof answer>, 'text' | number | null>>();
    same<
      Same<
        InputOf<typeof answer>,
        { prompt: string } & { prompt: string; locale: string } & { prompt: string }
      >
    >();
    const typed: InstrumentedPrimitive<{ prompt: string; locale: string }, string | number | null> = answer;
    expect(await typed.execute({ prompt: 'p', locale: 'en' })).toBe('text');

    const bare = fallback(async (n: number) => n > 0, { step: (n: number) => `${n}`, when: () => true });
    same<Same<typeof bare, InstrumentedPrimitive<number, boolean | string, never>>>();
    const chained = sequential(
      (text: string) => text.length,
      bare,
      (found) => [found],
    );
    same<Same<OutputOf<typeof chained>, (boolean | string)[]>>();
  });

  it('tell a function without types that it takes what the primary step takes', async () => {
    const one = fallback(model, ({ prompt }) => prompt.length);
    same<Same<typeof one, InstrumentedPrimitive<{ prompt: string }, 'text' | number, never>>>();
    const several = fallback(
      async (id: string) => ({ id }),
      (id, { signal }) => [id, signal] as const,
      { step: (id) => id.length, when: (_, { recoverable }) => recoverable },
      () => null,
    );
    type Answer = { id: string } | readonly [string, AbortSignal] | number | null;
    same<Same<typeof several, InstrumentedPrimitive<string, Answer, never>>>();
    expect(await several.execute('a')).toEqual({ id: 'a' });
    // @ts-expect-error a prompt has no locale
    fallback(model, ({ locale }) => locale);
  });

  it('may be narrower than those of the primary step, or wider', () => {
    const narrow = fallback(
      (id: string | number) => id,
      (id: string) => id,
    );
    same<Same<InputOf<typeof narrow>, string>>();
    const wide = fallback(
      (id: string) => id,
      (id: string | number) => [id],
    );
    same<Same<typeof wide, InstrumentedPrimitive<string, string | (string | number)[], never>>>();
    expect([narrow.type, wide.type]).toEqual(['fallback', 'fallback']);
  });

  it('tell a predicate what it is given', () => {
    const answer = fallback(model, {
      step: nothing,
      when: (error, found) => {
        same<Same<typeof error, unknown>>();
        same<Same<typeof found, ErrorClass>>();
        return found.recoverable;
      },
    });
    expect(answer.type).toBe('fallback');
    fallback(model, {
      step: nothing,
      // @ts-expect-error an error class has no status
      when: (_, { status }) => status === 429,
    });
  });

  it('hold for a list of any length', () => {
    const [first, ...others] = ['a', 'b', 'c'].map((host) => (path: string) => host + path);
    const answer = fallback(first ?? (() => ''), first ?? (() => ''), ...others);
    same<Same<OutputOf<typeof answer>, string>>();
    same<Same<InputOf<typeof answer>, string>>();
    expect(answer.type).toBe('fallback');
  });

  it('need an alternative, and a predicate that answers', () => {
    const make = () => {
      // @ts-expect-error no alternative
      fallback(model);
      fallback(
        model,
        // @ts-expect-error a text is no step
        'rules',
      );
      fallback(model, {
        step: rules,
        // @ts-expect-error a predicate answers with a boolean
        when: () => 'yes',
      });
      fallback(
        model,
        // @ts-expect-error when it answers is not said
        { step: rules },
      );
      // @ts-expect-error rules need a locale as well
      void fallback(model, { step: rules, when: isLimited }).execute({ prompt: 'p' });
    };
    expect(make).toBeInstanceOf(Function);
  });
});
