import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { bulkhead } from './bulkhead.ts';
import { circuitBreaker } from './circuit-breaker/circuit-breaker.ts';
import { rateLimit } from './rate-limit/rate-limit.ts';
import { resilient, type ResilientOptions } from './resilient.ts';
import { sequential } from './sequential.ts';
import type { InputOf, OutputOf } from './step-types.ts';

/* What must and what must not compile; the compiler checks it (`nx typecheck`). */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const load = async (page: { url: string }) => ({ url: page.url, text: 'abc' });
type Document = { url: string; text: string };

describe('the types of what protects a step', () => {
  it('are those of the step', async () => {
    const broken = circuitBreaker(load, { key: ({ url }, { userId }) => url + (userId ?? '') });
    same<Same<InputOf<typeof broken>, { url: string }>>();
    same<Same<OutputOf<typeof broken>, Document>>();
    same<Same<typeof broken.state, 'closed' | 'half_open' | 'open'>>();
    const few = bulkhead(broken, { concurrency: 1, key: ({ url }) => url });
    same<Same<typeof few, InstrumentedPrimitive<{ url: string }, Document, never>>>();
    const slow = rateLimit(few, { limit: 1, windowMs: 1, key: ({ url }) => url });
    same<Same<typeof slow, InstrumentedPrimitive<{ url: string }, Document, never>>>();
    const chain = sequential(slow, ({ text }) => text.length);
    expect(await chain.execute({ url: '/' })).toBe(3);
  });

  it('ask for keys of the input that are text, and for what cannot be guessed', () => {
    // @ts-expect-error a page has no id
    circuitBreaker(load, { key: (page) => page.id });
    // @ts-expect-error a length is no text
    bulkhead(load, { concurrency: 1, key: ({ url }) => url.length });
    // @ts-expect-error how many at a time?
    expect(() => bulkhead(load, {})).toThrow('concurrency');
    // @ts-expect-error how often?
    expect(() => rateLimit(load, { windowMs: 1 })).toThrow('limit');
    // @ts-expect-error a trip by both is none
    expect(() => circuitBreaker(load, { trip: { count: { size: 1 } } })).toThrow('failureRatio');
  });

  it('are widened by what the alternatives of a resilient return', async () => {
    const plain = resilient(load, { retry: {}, attemptTimeout: 10 });
    same<Same<typeof plain, InstrumentedPrimitive<{ url: string }, Document, never>>>();
    const one = resilient(load, { fallback: [({ url }) => url.length] });
    same<Same<typeof one, InstrumentedPrimitive<{ url: string }, Document | number, never>>>();
    const rules = async (page: { url: string }) => page.url === '/';
    const two = resilient(load, {
      retry: {},
      fallback: [
        { step: rules, when: (_error, { category }) => category === 'timeout' },
        () => 'nothing' as const,
      ],
    });
    same<Same<OutputOf<typeof two>, Document | boolean | 'nothing'>>();
    expect(await one.execute({ url: '/' })).toEqual({ url: '/', text: 'abc' });
  });

  it('let options be kept and passed on', () => {
    const careful: ResilientOptions = { retry: { maxRetries: 1 }, attemptTimeout: { ms: 10 } };
    const carefully = resilient(load, careful);
    same<Same<OutputOf<typeof carefully>, Document>>();
    expect(carefully.name).toBe('load');
  });

  it('report what does not fit the step', () => {
    // @ts-expect-error the alternative takes no page
    resilient(load, { fallback: [(n: number) => n] });
    // @ts-expect-error a page has no id
    resilient(load, { dedupe: { key: (page) => page.id } });
    // @ts-expect-error there is no such layer
    expect(() => resilient(load, { breaker: {} })).toThrow('at least one of');
    // @ts-expect-error it has to be said that a step may run twice
    expect(() => resilient(load, { hedge: {} })).toThrow('idempotent');
  });
});
