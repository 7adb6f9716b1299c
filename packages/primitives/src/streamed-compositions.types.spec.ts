import { describe, expect, it } from '@jest/globals';
import { type InstrumentedPrimitive, named, type PrimitiveLike } from '@tta/obs-instrumentation';
import { bulkhead } from './bulkhead.ts';
import { cache } from './cache/cache.ts';
import { circuitBreaker } from './circuit-breaker/circuit-breaker.ts';
import { conditional } from './conditional.ts';
import { dedupe } from './dedupe.ts';
import { fallback } from './fallback.ts';
import { forEach } from './for-each.ts';
import { hedge } from './hedge.ts';
import { lambda } from './lambda.ts';
import { loop } from './loop.ts';
import { match } from './match.ts';
import { parallel } from './parallel.ts';
import { race } from './race.ts';
import { rateLimit } from './rate-limit/rate-limit.ts';
import { resilient } from './resilient.ts';
import { retry } from './retry.ts';
import { router } from './router/router.ts';
import { saga } from './saga/saga.ts';
import { sagaStep } from './saga/saga-step.ts';
import { sequential } from './sequential.ts';
import { settle } from './settle.ts';
import type { ChunkOf, InputOf, OutputOf } from './step-types.ts';
import { streaming } from './streaming.ts';
import { switchOn } from './switch-on/switch-on.ts';
import { timeout } from './timeout.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

interface Token {
  readonly token: string;
}
const write = streaming('write', async function* (topic: string): AsyncGenerator<Token, number, undefined> {
  yield { token: topic };
  return 1;
});
const count = streaming('count', async function* (topic: string): AsyncGenerator<bigint, Date, undefined> {
  yield BigInt(topic.length);
  return new Date(0);
});
const plain = (topic: string): string => topic;
const quiet = lambda('quiet', plain);

describe('the chunks of a composition', () => {
  it('are those of the step around which it is', () => {
    const all = [
      retry(write),
      timeout(write, 10),
      circuitBreaker(write),
      bulkhead(write, { concurrency: 1 }),
      rateLimit(write, { limit: 1, windowMs: 1 }),
      named('author', write),
    ] as const;
    same<Same<ChunkOf<(typeof all)[number]>, Token>>();
    same<Same<(typeof all)[0], InstrumentedPrimitive<string, number, Token>>>();
    same<Same<OutputOf<(typeof all)[number]>, number>>();
    const deep = named('deep', retry(timeout(circuitBreaker(bulkhead(write, { concurrency: 1 })), 10)));
    same<Same<typeof deep, InstrumentedPrimitive<string, number, Token>>>();
    expect(deep.name).toBe('deep');
  });

  it('are those of the last step of a sequential, whatever those before it emit', () => {
    const last = sequential(plain, count, (date) => date.toISOString(), write);
    same<Same<typeof last, InstrumentedPrimitive<string, number, Token>>>();
    const first = sequential(write, (n) => n + 1);
    same<Same<typeof first, InstrumentedPrimitive<string, number, never>>>();
    const only = sequential(write);
    same<Same<ChunkOf<typeof only>, Token>>();
    const nested = sequential(plain, sequential(plain, retry(write)));
    same<Same<ChunkOf<typeof nested>, Token>>();
    expect(nested.type).toBe('sequential');
  });

  it('are those of any of the ways that it may take', () => {
    const either = conditional((topic: string) => topic !== '', write, count);
    same<Same<typeof either, InstrumentedPrimitive<string, number | Date, Token | bigint>>>();
    const orInput = conditional((topic: string) => topic !== '', write);
    same<Same<typeof orInput, InstrumentedPrimitive<string, number | string, Token>>>();
    const orFunction = conditional(
      (topic: string) => topic !== '',
      (topic) => topic.length,
      write,
    );
    same<Same<typeof orFunction, InstrumentedPrimitive<string, number, Token>>>();

    const switched = switchOn((topic: string) => (topic === '' ? 'a' : 'b'), { a: write, b: count });
    same<Same<typeof switched, InstrumentedPrimitive<string, number | Date, Token | bigint>>>();
    const some = switchOn((topic: string) => topic, { a: write, b: (topic) => topic.length }, count);
    same<Same<typeof some, InstrumentedPrimitive<string, number | Date, Token | bigint>>>();
    const rest = switchOn((topic: string) => topic, { a: (topic) => topic.length }, write, { name: 'rest' });
    same<Same<typeof rest, InstrumentedPrimitive<string, number, Token>>>();

    type Message = { kind: 'text'; text: string } | { kind: 'stop' };
    const answer = streaming('answer', async function* (_: Message): AsyncGenerator<Token, 1, undefined> {
      yield { token: '' };
      return 1;
    });
    const matched = match<Message>().on('kind', { text: answer, stop: () => 2 as const });
    same<Same<typeof matched, InstrumentedPrimitive<Message, 1 | 2, Token>>>();
    const others = match<Message>().on('kind', { stop: () => 2 as const }, answer);
    same<Same<typeof others, InstrumentedPrimitive<Message, 1 | 2, Token>>>();

    const routed = router({ routes: { small: write, large: count, none: plain }, select: 'cheapest' });
    same<Same<ChunkOf<typeof routed>, Token | bigint>>();
    expect([switched.type, matched.type]).toEqual(['switch', 'match']);
  });

  it('are those of a fallback and all of its alternatives, also of resilient', () => {
    const answered = fallback(write, { step: count, when: () => true }, plain);
    same<Same<typeof answered, InstrumentedPrimitive<string, number | Date | string, Token | bigint>>>();
    const wider = fallback(write, (topic: string | number) => topic, count);
    same<Same<ChunkOf<typeof wider>, Token | bigint>>();
    const alone = fallback(plain, write);
    same<Same<ChunkOf<typeof alone>, Token>>();
    const kept = resilient(write, { retry: {}, attemptTimeout: 10 });
    same<Same<typeof kept, InstrumentedPrimitive<string, number, Token>>>();
    const guarded = resilient(write, { fallback: [{ step: count, when: () => true }, plain] });
    same<Same<typeof guarded, InstrumentedPrimitive<string, number | Date | string, Token | bigint>>>();
    expect(guarded.type).toBe('fallback');
  });

  it('are none of a function', () => {
    const all = [
      retry(plain),
      timeout(plain, 10),
      sequential(plain, plain),
      conditional(
        (topic: string) => topic !== '',
        plain,
        (topic) => topic,
      ),
      switchOn((topic: string) => topic, { a: (topic) => topic }, plain),
      fallback(plain, plain),
      router({ routes: { plain }, select: 'fastest' }),
      circuitBreaker(plain),
      bulkhead(plain, { concurrency: 1 }),
      rateLimit(plain, { limit: 1, windowMs: 1 }),
      resilient(plain, { retry: {} }),
      named('plain', plain),
      quiet,
    ] as const;
    same<Same<ChunkOf<(typeof all)[number]>, never>>();
    same<Same<ChunkOf<typeof plain>, never>>();
    expect(all.length).toBe(13);
  });

  it('are none where the output is not that of one step as it is', () => {
    const all = [
      parallel({ write }),
      parallel([write]),
      settle({ write }),
      race([write, count]),
      forEach(write),
      loop(
        streaming('again', async function* (n: number): AsyncGenerator<Token, number, undefined> {
          yield { token: '' };
          return n;
        }),
        { until: () => true, maxIterations: 1 },
      ),
      saga(sagaStep('write', write, () => undefined)),
      cache(write, { key: (topic) => topic }),
      dedupe(write, { key: (topic: string) => topic }),
      hedge(write, { idempotent: true }),
    ] as const;
    same<Same<ChunkOf<(typeof all)[number]>, never>>();
    expect(all.length).toBe(10);
  });

  it('need not be told: every primitive is one of its input and output', () => {
    const any: readonly InstrumentedPrimitive<string, unknown>[] = [
      retry(write),
      sequential(plain, write),
      circuitBreaker(write),
      router({ routes: { write, plain }, select: 'fastest' }),
      cache(write, { key: (topic) => topic }),
      switchOn((topic: string) => topic, { a: write }, plain),
    ];
    const around = <I, O>(step: PrimitiveLike<I, O>): InstrumentedPrimitive<I, O> => retry(timeout(step, 10));
    const unknown = around(write);
    same<Same<typeof unknown, InstrumentedPrimitive<string, number>>>();
    const kept = <I, O, Chunk>(step: PrimitiveLike<I, O, Chunk>): InstrumentedPrimitive<I, O, Chunk> =>
      retry(timeout(step, 10));
    same<
      Same<ReturnType<typeof kept<string, number, Token>>, InstrumentedPrimitive<string, number, Token>>
    >();
    same<Same<InputOf<(typeof any)[number]>, string>>();
    expect(any.length).toBe(6);
  });

  it('are told to whoever reads them', async () => {
    const chunks: string[] = [];
    for await (const { token } of sequential(plain, retry(write)).stream('a')) chunks.push(token);
    for await (const chunk of sequential(write, (n) => n).stream('a')) same<Same<typeof chunk, never>>();
    const { result } = retry(write).stream('a');
    same<Same<typeof result, Promise<number>>>();
    expect([chunks, await result]).toEqual([['a'], 1]);
    // @ts-expect-error tokens are no texts
    const texts: InstrumentedPrimitive<string, number, string> = retry(write);
    expect(texts.type).toBe('retry');
  });
});
