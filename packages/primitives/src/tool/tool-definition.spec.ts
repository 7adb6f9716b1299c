import { describe, expect, it } from '@jest/globals';
import { InstrumentedPrimitive, named, type RunScope } from '@tta/obs-instrumentation';
import { z } from 'zod';
import { agent } from '../agent/agent.ts';
import { bulkhead } from '../bulkhead.ts';
import { cache } from '../cache/cache.ts';
import { circuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { conditional } from '../conditional.ts';
import { dedupe } from '../dedupe.ts';
import { fallback } from '../fallback.ts';
import { hedge } from '../hedge.ts';
import { rateLimit } from '../rate-limit/rate-limit.ts';
import { resilient } from '../resilient.ts';
import { retry } from '../retry.ts';
import { sequential } from '../sequential.ts';
import type { AnyStep } from '../step-types.ts';
import { timeout } from '../timeout.ts';
import { toolDefinitionOf } from './tool-definition.ts';
import { tool } from './tool.ts';

const search = tool({
  name: 'search',
  description: 'Searches',
  input: z.object({ query: z.string() }),
  execute: ({ query }) => query,
});
const parameters = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { query: { type: 'string' } },
  required: ['query'],
};
const definition = { name: 'search', description: 'Searches', parameters };
const of = (step: AnyStep) => toolDefinitionOf(step, 'tool 0');

/** One that has it twice, as a loop has its body. */
class Twice extends InstrumentedPrimitive<never, unknown, never> {
  constructor(step: AnyStep) {
    super({
      type: 'twice',
      children: [
        { edge: 'then', step },
        { edge: 'else', step },
      ],
    });
  }

  protected run(_input: never, _scope: RunScope): unknown {
    return undefined;
  }
}

describe('the definition of a tool', () => {
  it('has the JSON Schema that its validator makes of itself', () => {
    expect(of(search)).toEqual(definition);
  });

  it('has the JSON Schema that is given for it, or none', () => {
    const given = { type: 'object', properties: {} };
    const execute = () => 1;
    expect(of(tool({ name: 'a', input: z.object({}), parameters: given, execute }))).toEqual({
      name: 'a',
      parameters: given,
    });
    expect(of(tool({ name: 'a', input: z.object({ at: z.date() }), parameters: given, execute }))).toEqual({
      name: 'a',
      parameters: given,
    });
    expect(of(tool({ name: 'a', input: (value) => value, execute }))).toEqual({ name: 'a' });
    const plain = { '~standard': { version: 1, vendor: 'ours', validate: () => ({ value: 1 }) } } as const;
    expect(of(tool({ name: 'a', input: plain, execute }))).toEqual({ name: 'a' });
  });

  it.each<readonly [string, AnyStep]>([
    ['another name', named('find', search)],
    ['a retry of a timeout', retry(timeout(search, 1000))],
    ['a bulkhead', bulkhead(search, { concurrency: 1 })],
    ['a rate limit', rateLimit(search, { limit: 1, windowMs: 1000 })],
    ['a circuit breaker', circuitBreaker(search)],
    ['a cache', cache(search, { key: ({ query }) => query })],
    ['a dedupe', dedupe(search, { key: ({ query }) => query })],
    ['a hedge', hedge(search, { idempotent: true })],
    ['resilient', resilient(search, { retry: {} })],
    ['a fallback', fallback(search, () => 'nothing')],
    ['a conditional', conditional(() => true, search)],
    ['a sequential', sequential(search, (found) => found.length)],
    ['a primitive that has it twice', new Twice(new Twice(search))],
  ])('is found inside %s', (_what, step) => {
    expect(of(step)).toBe(of(search));
  });

  it('is found at once where a step has many ways to it', () => {
    let step: AnyStep = search;
    for (let depth = 0; depth < 64; depth++) step = new Twice(step);
    expect(of(step)).toBe(of(search));
  });

  it('of a tool around another is that of the outer one', () => {
    const outer = tool({
      name: 'outer',
      input: (text: unknown) => ({ query: String(text) }),
      execute: retry(search),
    });
    expect(of(outer)).toEqual({ name: 'outer' });
  });

  it('is none of a step without a tool, of several, and of an agent', () => {
    const error = (message: string) =>
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message });
    const wayOut = 'make it one by tool({ name, description, execute: step })';
    expect(() => of(retry((n: number) => n))).toThrow(error(`tool 0 has no tool inside; ${wayOut}`));
    expect(() => of(() => 1)).toThrow(error(`tool 0 has no tool inside; ${wayOut}`));
    const other = tool({ name: 'other', execute: () => 'nothing' });
    expect(() => of(fallback(search, other))).toThrow(
      error(`tool 0 has several tools inside, "search" and "other"; ${wayOut}`),
    );
    const model = () => ({ text: '', toolCalls: [], usage: { provider: 'p', model: 'm' } });
    expect(() => of(agent({ name: 'guide', model, tools: [search] }))).toThrow(
      error(`tool 0 has no tool inside; ${wayOut}`),
    );
    expect(() => of(undefined as never)).toThrow('tool 0 is undefined; a step is a primitive or a function');
  });
});
