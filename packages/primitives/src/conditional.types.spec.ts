import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { conditional } from './conditional.ts';
import { lambda } from './lambda.ts';
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
type Message = Text | Image;

const isText = (message: Message): message is Text => message.kind === 'text';
const read = lambda('read', ({ text }: Text) => text);
const measure = lambda('measure', ({ width }: Image) => width);
const load = lambda('load', async (id: string) => ({ id, text: 'abc' }));
const half = lambda('half', (n: number) => n / 2);
const image: Image = { kind: 'image', width: 4 };

describe('the types of a conditional', () => {
  it('are narrowed by a type guard in both steps, functions and primitives', async () => {
    const functions = conditional(
      isText,
      (message) => message.text,
      async (message) => message.width,
    );
    same<Same<typeof functions, InstrumentedPrimitive<Message, string | number, never>>>();
    const primitives = conditional(isText, read, measure);
    same<Same<typeof primitives, InstrumentedPrimitive<Message, string | number, never>>>();
    expect(await functions.execute(image)).toBe(await primitives.execute(image));
  });

  it('are narrowed as well by a condition of which the compiler infers a guard', async () => {
    const primitive = conditional(
      (message: Message) => message.kind === 'image',
      ({ width }) => width,
      ({ text }) => text,
    );
    same<Same<typeof primitive, InstrumentedPrimitive<Message, string | number, never>>>();
    expect(await primitive.execute(image)).toBe(4);
  });

  it('are narrowed inside a sequential by a guard that is written, or found in a condition that says its input', async () => {
    const first = (width: number): Message => ({ kind: 'image', width });
    const written = sequential(
      first,
      conditional(
        isText,
        ({ text }) => text,
        ({ width }) => width,
      ),
    );
    const said = sequential(
      first,
      conditional(
        (message: Message) => message.kind === 'text',
        ({ text }) => text,
        ({ width }) => width,
      ),
    );
    same<Same<typeof said, InstrumentedPrimitive<number, string | number, never>>>();
    same<Same<typeof written, typeof said>>();
    const unsaid = sequential(
      first,
      conditional(
        (message) => message.kind === 'text',
        // @ts-expect-error the compiler finds no guard where the input follows from the step before
        ({ text }) => text,
        (message) => message.kind,
      ),
    );
    expect([await said.execute(4), await unsaid.execute(4)]).toEqual([4, 'image']);
  });

  it('let through what the condition leaves where there is no other step', async () => {
    const guarded = conditional(isText, ({ text }) => text);
    same<Same<typeof guarded, InstrumentedPrimitive<Message, string | Image, never>>>();
    expect(await guarded.execute(image)).toBe(image);
    const plain = conditional(
      (n: number) => n > 1,
      (n) => n.toFixed(1),
    );
    same<Same<typeof plain, InstrumentedPrimitive<number, string | number, never>>>();
    const given = conditional(isText, ({ text }) => text, undefined, { name: 'given' });
    same<Same<typeof given, typeof guarded>>();
    // @ts-expect-error a number may pass through
    const text: InstrumentedPrimitive<number, string> = plain;
    expect(await text.execute(1)).toBe(1);
  });

  it('are those of the steps where the condition takes no input, or waits', async () => {
    const flagged = conditional(
      () => true,
      load,
      (id) => id.length,
    );
    same<Same<typeof flagged, InstrumentedPrimitive<string, { id: string; text: string } | number, never>>>();
    const tagged = conditional((_, { context }) => context.tags['beta'] === 'on', half, String);
    expect(await tagged.execute(3)).toBe('3');
    const late = conditional(
      async (n: number) => n > 1,
      (n) => n.toFixed(1),
      (n) => n,
    );
    same<Same<typeof late, InstrumentedPrimitive<number, string | number, never>>>();
  });

  it('flow into it from the step before, and out of it', async () => {
    const chain = sequential(
      load,
      conditional(
        (document) => document.text.length > 3,
        (document) => document.text,
        (document) => document.id.length,
      ),
      (result) => [result],
    );
    same<Same<typeof chain, InstrumentedPrimitive<string, (string | number)[], never>>>();
    expect(await chain.execute('a')).toEqual([1]);
    const present = sequential(
      (text: string): string | undefined => text || undefined,
      conditional(
        (text) => text !== undefined,
        (text) => text.length,
      ),
    );
    same<Same<typeof present, InstrumentedPrimitive<string, number | undefined, never>>>();
    expect(await present.execute('')).toBeUndefined();
  });

  it('report a step on the way that it was given for', () => {
    conditional(
      isText,
      // @ts-expect-error measure takes an image
      measure,
      measure,
    );
    conditional(
      isText,
      read,
      // @ts-expect-error read takes a text
      read,
    );
    conditional(
      isText,
      // @ts-expect-error a text has no width
      (message) => message.width,
      (message) => message.width,
    );
    conditional(
      isText,
      (message) => message.text,
      // @ts-expect-error an image has no text
      (message) => message.text,
    );
    conditional(
      (n: number) => n > 1,
      // @ts-expect-error load takes a text
      load,
    );
    conditional(
      (n: number) => n > 1,
      (n) => n,
      // @ts-expect-error load takes a text
      load,
    );
    const sometimes = half as typeof half | undefined;
    conditional(
      (n: number) => n > 1,
      (n) => n,
      // @ts-expect-error either there is another step or not
      sometimes,
    );
    expect(isText(image)).toBe(false);
  });

  it('report a condition that is none, and a name in the place of a step', () => {
    conditional(
      // @ts-expect-error neither true nor false
      (n: number) => String(n),
      half,
      half,
    );
    const refused = () =>
      conditional(
        (n: number) => n > 1,
        half,
        // @ts-expect-error options come last
        { name: 'half' },
      );
    expect(refused).toThrow('the else step');
  });
});
