import { describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { z } from 'zod';
import { describeOutcomes } from '../../test/outcomes.ts';
import { lambda } from '../lambda.ts';
import { retry } from '../retry.ts';
import { streaming } from '../streaming.ts';
import { timeout } from '../timeout.ts';
import { ToolInputError } from './tool-input-error.ts';
import { tool } from './tool.ts';
import type { StandardValidator } from './validator.ts';

const manual = { clock: 'manual' } as const;
const isText = (value: unknown): value is string => typeof value === 'string';

describe('tool', () => {
  it(
    'is one span, with what the GenAI conventions ask of one, and its function no other',
    observed(async (trace) => {
      const add = tool({
        name: 'add',
        description: 'Adds two numbers',
        input: z.object({ a: z.number(), b: z.number() }),
        execute: async ({ a, b }, { attr }) => {
          attr('sum.of', 2);
          await trace.clock.advance(40);
          return a + b;
        },
      });
      expect(await add.execute({ a: 1, b: 2 })).toBe(3);
      expect(trace).toHaveSpanTree('primitive.tool.execute_tool "add" success');
      const { attributes } = trace.span('primitive.tool.execute_tool');
      expect(attributes).toMatchObject({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'add',
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.description': 'Adds two numbers',
        'primitive.action': 'execute_tool',
        'sum.of': 2,
      });
      expect(attributes).not.toHaveProperty('gen_ai.tool.call.id');
      const durations = trace.points.filter(({ metric }) => metric === 'gen_ai.execute_tool.duration');
      expect(durations).toMatchObject([
        { labels: { 'gen_ai.tool.name': 'add', 'gen_ai.tool.type': 'function' }, count: 1, value: 0.04 },
      ]);
      expect(durations[0]?.labels).not.toHaveProperty('error.type');
    }, manual),
  );

  it(
    'says on span and metric what it failed with',
    observed(async (trace) => {
      const gone = new RangeError('no such city');
      const look = tool({
        name: 'look',
        execute: () => {
          throw gone;
        },
      });
      await expect(look.execute(1)).rejects.toBe(gone);
      expect(trace.span('primitive.tool.execute_tool')).toMatchObject({
        failed: true,
        attributes: { 'error.type': 'RangeError', 'error.message': 'no such city' },
      });
      expect(trace).toHaveMetric('gen_ai.execute_tool.duration', { labels: { 'error.type': 'RangeError' } });
    }),
  );

  it(
    'runs a step as its child, and streams what that streams',
    observed(async (trace) => {
      const count = streaming('count', async function* (to: number) {
        for (let n = 1; n <= to; n++) yield n;
        return 'done';
      });
      const counter = tool({ name: 'counter', input: z.number(), parameters: {}, execute: count });
      const stream = counter.stream(3);
      const seen: number[] = [];
      for await (const n of stream) seen.push(n);
      expect([seen, await stream.result]).toEqual([[1, 2, 3], 'done']);
      expect(trace).toHaveSpanTree(`
        primitive.tool.execute_tool "counter" success
        └─ primitive.streaming.execute "count" success
      `);
      expect(trace.span('primitive.tool.execute_tool').attributes['stream.chunks']).toBe(3);
    }),
  );

  it(
    'is tried again by a retry inside it, once',
    observed(async (trace) => {
      let calls = 0;
      const flaky = lambda('flaky', (city: string) => {
        if (++calls === 1) throw new Error('503 unavailable');
        return city.length;
      });
      const look = tool({ name: 'look', input: isText, execute: retry(timeout(flaky, 50), { baseMs: 0 }) });
      expect(await look.execute('Oslo')).toBe(4);
      expect(trace).toHaveSpanTree(`
        primitive.tool.execute_tool "look" success
        └─ primitive.retry.execute "flaky" success
           ├─ primitive.retry.attempt_1 "flaky" error
           │  └─ primitive.timeout.execute "flaky" error
           │     └─ primitive.lambda.execute "flaky" error
           └─ primitive.retry.attempt_2 "flaky" success
              └─ primitive.timeout.execute "flaky" success
                 └─ primitive.lambda.execute "flaky" success
      `);
    }),
  );
});

describe('arguments of a tool', () => {
  const search = tool({
    name: 'search',
    input: z.object({
      query: z.string(),
      filters: z.array(z.object({ 'max age': z.int() })).default([]),
    }),
    execute: ({ query, filters }) => `${query} ${filters.length}`,
  });

  it(
    'reach it as the validator made them',
    observed(async () => {
      expect(await search.execute({ query: 'sky' })).toBe('sky 0');
    }),
  );

  it(
    'that are wrong are refused before it runs: with places and reasons, for the model to mend them',
    observed(async (trace) => {
      const given = { query: 7, filters: [{ 'max age': 1 }, { 'max age': 'old' }] };
      const failed = await search.execute(given as never).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(ToolInputError);
      expect(failed).toMatchObject({
        code: 'OBS_ERR_TOOL_INPUT',
        category: 'validation',
        recoverable: false,
        message:
          'invalid arguments for tool "search": query: Invalid input: expected string, received number; ' +
          'filters[1].max age: Invalid input: expected number, received string',
        issues: [{ path: 'query' }, { path: 'filters[1].max age' }],
      });
      expect(trace).toHaveSpanTree('primitive.tool.execute_tool "search" error');
      expect(trace.span('primitive.tool.execute_tool').attributes['error.code']).toBe('OBS_ERR_TOOL_INPUT');
    }),
  );

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['the text of a call that is no JSON', '{"query": "sk'],
    ['a list', []],
  ])('that are %s are refused in one line', async (_what, given) => {
    const failed = await search.execute(given as never).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'OBS_ERR_TOOL_INPUT' });
    expect(String(failed)).toMatch(
      /^ToolInputError: invalid arguments for tool "search": Invalid input: expected object, received \w+$/,
    );
  });

  it('that are wrong in a thousand places make a short message', async () => {
    const list = tool({
      name: 'list',
      input: z.object({ of: z.array(z.string()) }),
      execute: () => 1,
    });
    const failed = await list
      .execute({ of: Array.from({ length: 1000 }, () => 1) as never })
      .catch((error: unknown) => error);
    const { message, issues } = failed as ToolInputError;
    expect(issues).toHaveLength(1000);
    expect(message).toMatch(/; and 990 more$/);
    expect(message.length).toBeLessThan(1000);
    const long = tool({
      name: 'long',
      input: () => {
        throw new Error('x'.repeat(10_000));
      },
      execute: () => 1,
    });
    await expect(long.execute(1)).rejects.toThrow(/"long": x{200}…$/);
  });

  it('are checked by a guard, which says yes or no', async () => {
    const shout = tool({ name: 'shout', input: isText, execute: (text) => text.toUpperCase() });
    expect(await shout.execute('hey')).toBe('HEY');
    await expect(shout.execute(7 as never)).rejects.toMatchObject({
      code: 'OBS_ERR_TOOL_INPUT',
      message: 'invalid arguments for tool "shout": they are not what the tool takes',
    });
  });

  it('are made by a function, which throws where it cannot, also later', async () => {
    const never = new TypeError('cannot be read');
    const parse = (value: unknown): number => {
      if (isText(value)) return value.length;
      throw never;
    };
    const half = tool({ name: 'half', input: parse, execute: (n) => n / 2 });
    const later = tool({ name: 'later', input: async (value) => parse(value), execute: (n) => n / 2 });
    for (const each of [half, later]) {
      expect(await each.execute('four')).toBe(2);
      await expect(each.execute(null)).rejects.toMatchObject({
        message: `invalid arguments for tool "${each.name}": cannot be read`,
        cause: never,
      });
    }
    const zero = tool({ name: 'zero', input: () => 0, execute: (n) => n + 1 });
    expect(await zero.execute('anything')).toBe(1);
  });

  it('are checked by a validator that takes its time, and by one that is a function too', async () => {
    const even: StandardValidator<number> = Object.assign(() => 'not asked', {
      '~standard': {
        version: 1 as const,
        vendor: 'ours',
        validate: async (value: unknown) =>
          typeof value === 'number' && value % 2 === 0
            ? { value: value / 2 }
            : { issues: [{ message: 'is odd', path: [{ key: 'n' }, 0, Symbol('deep')] }] },
      },
    });
    const half = tool({ name: 'half', input: even, execute: (n) => n });
    expect(await half.execute(8)).toBe(4);
    await expect(half.execute(7)).rejects.toThrow('for tool "half": n[0].Symbol(deep): is odd');
  });

  it('are not to blame for a validator that is broken', async () => {
    const bug = new Error('no async here');
    const broken: StandardValidator = {
      '~standard': {
        version: 1,
        vendor: 'ours',
        validate: () => {
          throw bug;
        },
      },
    };
    await expect(tool({ name: 'broken', input: broken, execute: () => 1 }).execute(1)).rejects.toBe(bug);
  });

  it('reach it as they are where nothing checks them', async () => {
    const given = { a: 1 };
    expect(await tool({ name: 'echo', execute: (value) => value }).execute(given)).toBe(given);
  });

  it('that were being checked when the run was cancelled do not reach it', async () => {
    const abort = new AbortController();
    let ran = false;
    const slow = tool({
      name: 'slow',
      input: async (value) => {
        abort.abort(new Error('enough'));
        return value;
      },
      execute: () => {
        ran = true;
      },
    });
    await expect(slow.execute(1, { signal: abort.signal })).rejects.toThrow('enough');
    expect(ran).toBe(false);
  });

  it('are told to be wrong in whole characters', async () => {
    const fussy = tool({
      name: 'fussy',
      input: (): object => {
        throw new Error(`b${'😀'.repeat(300)}`);
      },
      execute: () => 1,
    });
    await expect(fussy.execute({})).rejects.toMatchObject({
      message: expect.stringMatching(/^invalid arguments for tool "fussy": b😀+…$/u),
    });
  });
});

describe('a tool that cannot be', () => {
  const execute = () => 1;

  it.each([
    ['', '"" '],
    ['two words', '"two words"'],
    ['a'.repeat(65), `"${'a'.repeat(65)}"`],
    ['städte', '"städte"'],
    [7, '7'],
    [undefined, 'undefined'],
  ])('is refused for the name %j', (name, shown) => {
    expect(() => tool({ name: name as never, execute })).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: `tool: the name is ${shown.trim()}; it has to be 1 to 64 letters, digits, _ or -`,
      }),
    );
  });

  it('has the longest and the shortest names that providers take', () => {
    for (const name of ['a', 'A-b_9', 'a'.repeat(64)]) expect(tool({ name, execute }).name).toBe(name);
  });

  it.each([
    ['no options', () => tool(undefined as never), 'tool: the options are of type undefined'],
    ['no execute', () => tool({ name: 'a', execute: 7 as never }), 'tool "a": execute is a number'],
    ...['text', null, {}, 7].map(
      (input) =>
        [
          `the input ${JSON.stringify(input)}`,
          () => tool({ name: 'a', input: input as never, execute }),
          'tool "a": input checks nothing; it has to be a validator of the Standard Schema shape',
        ] as const,
    ),
    [
      'an input that is no object',
      () => tool({ name: 'a', input: z.string(), execute }),
      'tool "a": its arguments are of type "string"; models give arguments by their names, as an object',
    ],
    [
      'an input without a JSON Schema',
      () => tool({ name: 'a', input: z.object({ at: z.date() }), execute }),
      'tool "a": input cannot say its JSON Schema (Date cannot be represented in JSON Schema); give one as parameters',
    ],
    ...[[], 'text', null, 7, new Map()].map(
      (parameters) =>
        [
          'parameters that are no object',
          () => tool({ name: 'a', parameters: parameters as never, execute }),
          'tool "a": parameters are no JSON Schema; they have to be an object such as',
        ] as const,
    ),
    ...[z.object({}), Object.assign(() => 1, { '~standard': {} }), { '~standard': {} }].map(
      (validator) =>
        [
          'a validator as parameters',
          () => tool({ name: 'a', parameters: validator as never, execute }),
          'tool "a": parameters are a validator; give it as input, not as parameters',
        ] as const,
    ),
    [
      'a description that is no text',
      () => tool({ name: 'a', description: 5 as never, execute }),
      'tool "a": description is 5; it has to be a text',
    ],
  ])('is refused with %s', (_what, make, message) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringContaining(message),
      }),
    );
  });
});

const anything = (_value: unknown): _value is never => true;
const lookUp = { name: 'look_up', description: 'Looks it up', input: anything };

describeOutcomes('tool', (step) => tool({ ...lookUp, execute: step }), {
  output: 2,
  success: `
    primitive.tool.execute_tool "look_up" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.tool.execute_tool "look_up" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.tool.execute_tool "look_up" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.tool.execute_tool "look_up" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
