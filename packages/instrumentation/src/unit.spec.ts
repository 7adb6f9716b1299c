import { describe, expect, it } from '@jest/globals';
import { InvalidCompositionError } from '@tta/obs-context';
import { InstrumentedPrimitive } from './instrumented-primitive.ts';
import { isStep, nameOf, requireStep, unitOf } from './unit.ts';

class Plain extends InstrumentedPrimitive<number, number> {
  constructor() {
    super({ type: 'plain' });
  }

  protected run(input: number): number {
    return input;
  }
}

describe('a unit', () => {
  it('has its type for a name, and executes, unless told otherwise', () => {
    const plain = new Plain();
    expect([plain.type, plain.name, plain.action]).toEqual(['plain', 'plain', 'execute']);
  });

  it('of a function is made once a name', () => {
    const anonymous = (
      () => () =>
        1
    )();
    expect(unitOf(anonymous, 'step_0')).toBe(unitOf(anonymous, 'step_0'));
    expect(unitOf(anonymous, 'step_1').name).toBe('step_1');
  });

  it.each(['attempt_3', 'inner', 'primary', 'fallback_1'] as const)(
    'of a nameless function at %s is called lambda, so that attempts count together',
    (edge) => {
      expect(
        unitOf(
          (
            () => () =>
              1
          )(),
          edge,
        ).name,
      ).toBe('lambda');
    },
  );
});

describe('a step', () => {
  it('is a primitive or a function', () => {
    expect([new Plain(), () => 1].map(isStep)).toEqual([true, true]);
    expect([1, 'x', null, undefined, {}, Promise.resolve()].map(isStep)).toEqual(Array(6).fill(false));
  });

  it('has a name, or none', () => {
    expect(nameOf(new Plain())).toBe('plain');
    expect(
      nameOf(
        (
          () => () =>
            1
        )(),
      ),
    ).toBeUndefined();
  });

  it.each([
    [undefined, 'is undefined'],
    [null, 'is null'],
    [7, 'is a number'],
    [{}, 'is an object that is no primitive'],
    [Promise.resolve(), 'is a promise (pass the function, not its result)'],
  ])('is not %p, and the error says where', (value, text) => {
    const refuse = () => requireStep(value, 'sequential: step 2');
    expect(refuse).toThrow(InvalidCompositionError);
    expect(refuse).toThrow(`sequential: step 2 ${text}`);
  });
});
