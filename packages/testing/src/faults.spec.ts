import { describe, expect, it } from '@jest/globals';
import {
  InstrumentedPrimitive,
  named,
  nameOf,
  type PrimitiveLike,
  type StepFunction,
} from '@tta/obs-instrumentation';
import { chain, each, persist } from '../test/compositions.ts';
import { type FakeLlm, fakeLlm, faults, type LlmReply, mockPrimitive, observe } from './index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

type Step = PrimitiveLike<string, unknown>;

const upper = (text: string): string => text.toUpperCase();
const nameless = (
  () => (text: string) =>
    text.length
)();
const load = mockPrimitive('load', async (url: string) => url.length);
const denied = new Error('denied');
const down: StepFunction<string, never> = () => {
  throw denied;
};
const stuck = mockPrimitive<string, string>('stuck').hangs();

const steps: readonly [string, Step][] = [
  ['a function', upper],
  ['a function without a name', nameless],
  ['a primitive', load],
  ['a primitive without a name', mockPrimitive('', upper)],
  ['a primitive of another name', named('fetch page', load)],
  ['a model', fakeLlm('yes')],
  ['a composition', chain(upper, load)],
];

const made: readonly [string, (step: Step) => Step][] = [
  ['failTimes', (step) => faults.failTimes(1, step)],
  ['delay', (step) => faults.delay(10, step)],
  ['hang', (step) => faults.hang(step)],
  ['dropTelemetry', (step) => faults.dropTelemetry(step)],
];

/** Of what kind it is, and what it is called. */
function shownAs(step: Step): unknown {
  if (typeof step === 'function') return { name: step.name };
  if (!(step instanceof InstrumentedPrimitive)) return undefined;
  const { type, action, name } = step as InstrumentedPrimitive<string, unknown>;
  return { type, action, name };
}

/** Every composition that a step can tell by its name or its place. */
function treesOf(step: Step): Promise<string> {
  const abort = new AbortController();
  return observe(
    async (trace) => {
      const runs = [
        chain(step, (output) => output).tryExecute('a', { signal: abort.signal }),
        chain(() => 'b', persist(step, 2)).tryExecute('a', { signal: abort.signal }),
        each(step).tryExecute(['a', 'b'], { signal: abort.signal }),
      ];
      await trace.clock.advance(1);
      abort.abort(new Error('user left'));
      await Promise.all(runs);
      return String(trace);
    },
    { clock: 'manual' },
  );
}

describe('faults', () => {
  describe.each(made)('%s', (_, fault) => {
    it.each(steps)('gives back what it gets: %s', (__, step) => {
      const faulty = fault(step);
      expect(faulty).not.toBe(step);
      expect(shownAs(faulty)).toEqual(shownAs(step));
      expect(nameOf(faulty)).toBe(nameOf(step));
    });
  });

  it.each(steps)('that do nothing leave the trace as it is: %s', async (_, step) => {
    const whole = await treesOf(step);
    expect(await treesOf(faults.failTimes(0, step))).toBe(whole);
    expect(await treesOf(faults.delay(0, step))).toBe(whole);
    expect(await treesOf(faults.delay(0, faults.failTimes(0, step)))).toBe(whole);
  });

  it.each<[string, Step, Step]>([
    ['a function', down, faults.failTimes(Number.MAX_SAFE_INTEGER, down, denied)],
    ['a primitive', named('load', down), faults.failTimes(9, named('load', upper), denied)],
    ['a function that hangs', faults.hang(upper), faults.delay(60_000, upper)],
    ['a primitive that hangs', stuck, faults.hang(stuck)],
  ])('show as the step that goes wrong by itself: %s', async (_, wrong, faulty) => {
    expect(await treesOf(faulty)).toBe(await treesOf(wrong));
  });

  it('give a function a type as a function, a primitive as a primitive, and what may be either as either', () => {
    const functions = [
      faults.failTimes(1, upper),
      faults.delay(1, upper),
      faults.hang(upper),
      faults.dropTelemetry(upper),
    ] as const;
    same<Same<(typeof functions)[number], StepFunction<string, string>>>();
    const primitives = [
      faults.failTimes(1, load),
      faults.delay(1, load),
      faults.hang(load),
      faults.dropTelemetry(load),
    ] as const;
    same<Same<(typeof primitives)[number], InstrumentedPrimitive<string, number, never>>>();
    const either: PrimitiveLike<string, number> = load;
    const eithers = (given: PrimitiveLike<string, number>) =>
      [
        faults.failTimes(1, given),
        faults.delay(1, given),
        faults.hang(given),
        faults.dropTelemetry(given),
      ] as const;
    same<Same<ReturnType<typeof eithers>[number], PrimitiveLike<string, number>>>();
    expect(eithers(either).every((step) => step instanceof InstrumentedPrimitive)).toBe(true);

    const asked: FakeLlm<string> = fakeLlm<string>('yes');
    const model = faults.failTimes(1, faults.delay(1, asked));
    same<Same<typeof model, InstrumentedPrimitive<string, LlmReply, string>>>();
    const later = faults.delay(1, async (text: string) => [text]);
    same<Same<typeof later, StepFunction<string, string[]>>>();

    const mistakes = (): void => {
      // @ts-expect-error a function takes a scope, and is run by what it is a step of
      void functions[0].execute('a');
      // @ts-expect-error it is not the mock itself
      void primitives[0].calls;
      // @ts-expect-error it takes texts
      void primitives[0].execute(1);
      // @ts-expect-error it returns numbers
      chain(primitives[0], upper);
    };
    expect(mistakes).toBeDefined();
  });

  it('stream what their step streams', async () => {
    const model = fakeLlm('one two');
    const words = async (step: InstrumentedPrimitive<string, LlmReply, string>): Promise<string[]> => {
      const read: string[] = [];
      for await (const word of step.stream('count')) read.push(word);
      return read;
    };
    const flaky = faults.failTimes(1, model);
    await expect(words(flaky)).rejects.toThrow('503');
    expect(await words(flaky)).toEqual(['one', ' two']);
    expect(await words(faults.delay(0, model))).toEqual(['one', ' two']);
    expect(await words(faults.dropTelemetry(model))).toEqual(['one', ' two']);
    const hanging = faults.hang(model).stream('count');
    hanging.cancel();
    await expect(hanging.result).rejects.toMatchObject({ code: 'OBS_ERR_CANCELLED' });
  });

  it('pass types on into a function and out of it', async () => {
    const size = chain(
      load,
      faults.failTimes(0, (length) => length.toFixed(2)),
    );
    same<Same<typeof size, InstrumentedPrimitive<string, string>>>();
    expect(await size.execute('http')).toBe('4.00');
  });
});
