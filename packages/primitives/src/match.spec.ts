import { describe, expect, it } from '@jest/globals';
import type { PrimitiveLike } from '@tta/obs-instrumentation';
import { observed } from '@tta/obs-testing';
import { withBrokenClock } from '../test/broken-clock.ts';
import { describeOutcomes } from '../test/outcomes.ts';
import { match } from './match.ts';

type Message =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'image'; readonly width: number };

const text: Message = { kind: 'text', text: 'abc' };
const image: Message = { kind: 'image', width: 4 };
/** As it comes over the network. */
const sound = { kind: 'sound', seconds: 3 } as unknown as Message;

const one = () => 1;

const sizeOf = match<Message>().on('kind', {
  text: async (message) => message.text.length,
  image: (message) => message.width,
});

describe('match', () => {
  it(
    'runs the case of the tag that the input has, and tells so',
    observed(async (trace) => {
      expect(await sizeOf.execute(text)).toBe(3);
      expect(trace).toHaveSpanTree(`
        primitive.match.execute "kind" success
        └─ primitive.match.case_text "text" success
           └─ primitive.lambda.execute "text" success
      `);
      expect(trace).toHaveSpan({
        span: 'primitive.match.execute',
        attributes: { 'decision.choice': 'text', 'decision.reason': 'tag' },
      });
      expect(trace).toHaveMetric('primitive.decisions', [
        {
          labels: { 'primitive.name': 'kind', 'decision.choice': 'text', 'decision.reason': 'tag' },
          value: 1,
        },
      ]);
    }),
  );

  it(
    'tells how long it took to read the tag',
    observed(
      async (trace) => {
        const slow = {
          get kind() {
            trace.clock.spend(3);
            return 'image' as const;
          },
          width: 4,
        };
        expect(await sizeOf.execute(slow)).toBe(4);
        expect(trace).toHaveSpan({
          span: 'primitive.match.execute',
          attributes: { 'decision.duration_ms': 3 },
        });
      },
      { clock: 'manual' },
    ),
  );

  it(
    'tells members apart also where its clock cannot be read',
    observed(async () => expect(await withBrokenClock(() => sizeOf.execute(image))).toBe(4)),
  );

  it('hands its input to the case as it is', async () => {
    const same = match<Message>().on('kind', { text: (given) => given, image: (given) => given });
    expect(await same.execute(image)).toBe(image);
  });

  it(
    'runs the step for all others, of the union and beyond',
    observed(async (trace) => {
      const primitive = match<Message>().on('kind', { text: () => 'text' }, (rest) => rest.kind);
      expect(await primitive.execute(image)).toBe('image');
      expect(await primitive.execute(sound)).toBe('sound');
      expect(trace).toHaveSpan('primitive.match.case_default', 2);
      expect(trace).toHaveMetric('primitive.decisions', [
        {
          labels: { 'primitive.name': 'kind', 'decision.choice': 'default', 'decision.reason': 'default' },
          value: 2,
        },
      ]);
    }),
  );

  it(
    'fails for a tag that the types did not foresee, instead of letting it through',
    observed(async (trace) => {
      await expect(sizeOf.execute(sound)).rejects.toMatchObject({
        code: 'OBS_ERR_NO_CASE',
        message: '"kind" has no case "sound"; its cases: text, image',
        available: ['text', 'image'],
      });
      expect(trace).toHaveSpanTree('primitive.match.execute "kind" error');
    }),
  );

  it.each([undefined, null])('fails as JavaScript does for an input that is %p', async (input) => {
    await expect(sizeOf.execute(input as never)).rejects.toThrow(TypeError);
  });

  it('tells members apart by numbers and booleans', async () => {
    type Reply = { readonly status: 200; readonly body: string } | { readonly status: 404 };
    const read = match<Reply>().on('status', { 200: ({ body }) => body, 404: () => 'nothing' });
    expect(await read.execute({ status: 200, body: 'all' })).toBe('all');
    expect(await read.execute({ status: 404 })).toBe('nothing');

    type Result =
      { readonly ok: true; readonly value: number } | { readonly ok: false; readonly why: string };
    const tell = match<Result>().on('ok', { true: ({ value }) => value, false: ({ why }) => why });
    expect(await tell.execute({ ok: true, value: 1 })).toBe(1);
    expect(await tell.execute({ ok: false, why: 'none' })).toBe('none');
  });

  it(
    'is called by its option, else like the tag',
    observed(async (trace) => {
      const cases = { text: () => 1, image: () => 2 };
      await match<Message>()
        .on('kind', cases, () => 3, { name: 'weigh' })
        .execute(text);
      await match<Message>().on('kind', cases, undefined, { name: 'measure' }).execute(text);
      await match<Message>().on('kind', cases).execute(text);
      for (const name of ['weigh', 'measure', 'kind'])
        expect(trace).toHaveSpan(`primitive.match.execute "${name}"`, 1);
    }),
  );

  it.each([
    [[undefined, { text: one }], 'match: the tag is undefined; it has to be the name of a property'],
    [['', { text: one }], "match: the tag is ''; it has to be the name of a property"],
    [['kind'], 'match needs at least one case: { key: step }'],
    [['kind', { text: 1 }], 'match: case "text" is a number; a step is'],
    [['kind', { text: one }, 1], 'match: otherwise is a number; a step is'],
    [
      ['kind', { default: one }, one],
      'match: traces and metrics could not tell case "default" from otherwise; leave one of them out',
    ],
  ])('refuses %p at construction', (given, message) => {
    const make = match().on as unknown as (...given: readonly unknown[]) => unknown;
    expect(() => make(...given)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describeOutcomes(
  'match',
  (step) => match<{ kind: 'a' }>().on('kind', { a: step as PrimitiveLike<unknown, number> }),
  {
    input: { kind: 'a' },
    output: 2,
    success: `
    primitive.match.execute "kind" success
    └─ primitive.match.case_a "step" success
       └─ primitive.mock.execute "step" success
  `,
    error: `
    primitive.match.execute "kind" error
    └─ primitive.match.case_a "step" error
       └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.match.execute "kind" timeout
    └─ primitive.match.case_a "step" timeout
       └─ primitive.timeout.execute "step" timeout
          └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.match.execute "kind" cancelled
    └─ primitive.match.case_a "step" cancelled
       └─ primitive.mock.execute "step" cancelled
  `,
  },
);
