import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { lambda } from './lambda.ts';
import { match } from './match.ts';
import { sequential } from './sequential.ts';

/* What must and what must not compile: see types.spec.ts. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

interface Text {
  readonly kind: 'text';
  readonly text: string;
}
interface Image {
  readonly kind: 'image';
  readonly width: number;
}
/** One member with two tags. */
interface List {
  readonly kind: 'names' | 'numbers';
  readonly items: string[];
}
type Message = Text | Image | List;
type Result = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly why: string };
type Reply =
  { readonly status: 200; readonly body: string } | { readonly status: 404; readonly path: string[] };
type Open = { readonly type: 'a'; readonly a: 1 } | { readonly type: string; readonly other: 2 };

const image: Image = { kind: 'image', width: 4 };
const read = lambda('read', ({ text }: Text) => text);

describe('the types of a match', () => {
  it('give each case its own member, to functions and primitives', async () => {
    const primitive = match<Message>().on('kind', {
      text: read,
      image: async (message) => message.width,
      names: (message) => message.items,
      numbers: ({ items }) => items.length > 1,
    });
    same<
      Same<typeof primitive, InstrumentedPrimitive<Message, string | number | string[] | boolean, never>>
    >();
    expect(await primitive.execute(image)).toBe(4);
  });

  it('leave the other members for the step for all others', async () => {
    const primitive = match<Message>().on(
      'kind',
      { text: read, names: ({ items }) => items },
      (rest) => rest,
    );
    same<Same<typeof primitive, InstrumentedPrimitive<Message, string | string[] | Image | List, never>>>();
    expect(await primitive.execute(image)).toBe(image);
    const beyond = match<Result>().on('ok', { true: ({ value }) => value, false: () => 0 }, (rest) => rest);
    same<Same<typeof beyond, InstrumentedPrimitive<Result, number, never>>>();
    const open = match<Open>().on('type', { a: (either) => either }, ({ other }) => other);
    same<Same<typeof open, InstrumentedPrimitive<Open, Open | 2, never>>>();
  });

  it('tell members apart by numbers and booleans', async () => {
    const result = match<Result>().on('ok', { true: ({ value }) => value, false: ({ why }) => why });
    same<Same<typeof result, InstrumentedPrimitive<Result, number | string, never>>>();
    const failed = match<Result>().on('ok', { true: () => null }, ({ why }) => why, { name: 'failed' });
    same<Same<typeof failed, InstrumentedPrimitive<Result, string | null, never>>>();
    const reply = match<Reply>().on('status', { 200: ({ body }) => body, 404: ({ path }) => path });
    same<Same<typeof reply, InstrumentedPrimitive<Reply, string | string[], never>>>();
    const found = match<Reply>().on('status', { 200: ({ body }) => body }, ({ path }) => path);
    same<Same<typeof found, typeof reply>>();
    expect(await found.execute({ status: 200, body: 'all' })).toBe('all');
  });

  it('take for the rest a step that says what it takes', async () => {
    const cases = { names: () => 1, numbers: () => 2, image: ({ width }: Image) => width };
    const primitive = match<Message>().on('kind', cases, read);
    same<Same<typeof primitive, InstrumentedPrimitive<Message, number | string, never>>>();
    const inPlace = match<Text | Image>().on('kind', { image: ({ width }) => width }, read);
    same<Same<typeof inPlace, InstrumentedPrimitive<Text | Image, number | string, never>>>();
    const bare = match<Text | Image>().on('kind', { image: ({ width }) => width }, (rest: Text) => rest.text);
    same<Same<typeof bare, typeof inPlace>>();
    expect(await inPlace.execute(image)).toBe(4);
  });

  it('leave for the step for all others what may have no case in a table', async () => {
    const table: Readonly<Record<string, (message: Message) => number>> = {
      text: () => 1,
    };
    const primitive = match<Message>().on('kind', table, (rest) => rest);
    same<Same<typeof primitive, InstrumentedPrimitive<Message, number | Message, never>>>();
    const some: { readonly text?: (message: Text) => number } = {};
    const known = match<Message>().on('kind', { ...some, image: ({ width }) => width }, (rest) => rest);
    same<Same<typeof known, InstrumentedPrimitive<Message, number | Text | List, never>>>();
    const maybe = () => match<Message>().on('kind', some, (rest) => rest);
    same<Same<ReturnType<typeof maybe>, InstrumentedPrimitive<Message, number | Message, never>>>();
    expect(await primitive.execute(image)).toBe(image);
  });

  it('flow through it', async () => {
    const chain = sequential(
      (n: number): Result => (n > 0 ? { ok: true, value: n } : { ok: false, why: 'none' }),
      match<Result>().on('ok', { true: ({ value }) => value, false: ({ why }) => why }),
      (result) => [result],
    );
    same<Same<typeof chain, InstrumentedPrimitive<number, (number | string)[], never>>>();
    expect(await chain.execute(0)).toEqual(['none']);
  });

  it('report a case that is missing at the cases', () => {
    match<Message>().on(
      'kind',
      // @ts-expect-error Properties 'names' and 'numbers' are missing
      { text: read, image: ({ width }) => width },
    );
    match<Message>().on(
      'kind',
      // @ts-expect-error Property 'numbers' is missing
      { text: read, image: ({ width }) => width, names: ({ items }) => items },
      undefined,
      { name: 'some' },
    );
    match<Result>().on(
      'ok',
      // @ts-expect-error Property 'false' is missing
      { true: ({ value }) => value },
    );
    match<Reply>().on(
      'status',
      // @ts-expect-error Property '404' is missing
      { 200: ({ body }) => body },
    );
    match<Open>().on(
      'type',
      // @ts-expect-error any text is more than cases can cover
      { a: () => 1 },
    );
    expect(image.kind).toBe('image');
  });

  it('report a tag that is none, a case that no member has, and a step that does not fit, where it is', () => {
    match<Message>().on(
      // @ts-expect-error not all members have a width
      'width',
      { text: () => 1 },
    );
    match<Text | { readonly kind?: 'image'; readonly text: string }>().on(
      // @ts-expect-error a kind that may be missing
      'kind',
      { text: () => 1, image: () => 2 },
    );
    match<{ readonly kind?: 'image' }>().on(
      // @ts-expect-error so may that of the only member
      'kind',
      { image: () => 1 },
      () => 2,
    );
    match<Text | { readonly kind: undefined; readonly text: string }>().on(
      // @ts-expect-error a kind that is undefined
      'kind',
      { text: () => 1 },
    );
    match<Text | { readonly kind: null; readonly text: string }>().on(
      // @ts-expect-error a kind that is null
      'kind',
      { text: () => 1 },
    );
    match<Text | { readonly kind: 'image' | null; readonly text: string }>().on(
      // @ts-expect-error a kind that may be null
      'kind',
      { text: () => 1, image: () => 2 },
      () => 3,
    );
    match<{ readonly id: 'a'; readonly at: number } | { readonly id: 'b'; readonly at: Date }>().on(
      // @ts-expect-error a date is no tag
      'at',
      { 1: () => 1 },
      () => 2,
    );
    match()
      // @ts-expect-error of which union
      .on('kind', { text: () => 1 });
    match<Message>().on(
      'kind',
      {
        text: read,
        // @ts-expect-error no member has this
        sound: () => 1,
      },
      () => 1,
    );
    match<Result>().on('ok', {
      true: ({ value }) => value,
      // @ts-expect-error a failure has no value
      false: ({ value }) => value,
    });
    match<Message>().on('kind', {
      text: ({ text }) => text,
      // @ts-expect-error read takes a text
      image: read,
      names: ({ items }) => items,
      numbers: ({ items }) => items,
    });
    match<Message>().on(
      'kind',
      { image: ({ width }) => width },
      // @ts-expect-error read takes a text alone
      read,
    );
    expect(image.kind).toBe('image');
  });
});
