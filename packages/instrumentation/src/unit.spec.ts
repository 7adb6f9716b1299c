import { SpanKind } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidCompositionError } from '@tta/obs-context';
import { enableContexts, Observed } from '../test/observed.ts';
import { InstrumentedPrimitive } from './instrumented-primitive.ts';
import { named } from './named.ts';
import { isStep, nameOf, requireStep, unitOf } from './unit.ts';

beforeAll(enableContexts);

class Plain extends InstrumentedPrimitive<number, number> {
  constructor(kind?: SpanKind) {
    super({ type: 'plain', ...(kind !== undefined && { kind }) });
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

  it('has spans of the kind that it is described with, also under another name', async () => {
    const observed = new Observed();
    await observed.run(() => new Plain().execute(1));
    await observed.run(() => new Plain(SpanKind.CLIENT).execute(1));
    await observed.run(() => named('other', new Plain(SpanKind.CLIENT)).execute(1));
    expect(observed.spans.map(({ kind }) => kind)).toEqual([
      SpanKind.INTERNAL,
      SpanKind.CLIENT,
      SpanKind.CLIENT,
    ]);
  });

  it('has attributes and a definition of its own, also under another name', async () => {
    const definition = { name: 'look' };
    class Look extends InstrumentedPrimitive<number, number> {
      constructor() {
        super({
          type: 'tool',
          tool: definition,
          attributes: { 'gen_ai.tool.name': 'look', 'primitive.type': 'no other' },
        });
      }

      protected run(input: number): number {
        return input;
      }
    }
    const observed = new Observed();
    const other = named('other', new Look());
    await observed.run(() => other.execute(1));
    expect(observed.spans[0]?.attributes).toMatchObject({
      'gen_ai.tool.name': 'look',
      'primitive.type': 'tool',
      'primitive.name': 'other',
    });
    expect(unitOf(other, 'inner').tool).toBe(definition);
    expect(unitOf(new Plain(), 'inner').tool).toBeUndefined();
  });

  it('of a function is made once a name', () => {
    const anonymous = (
      () => () =>
        1
    )();
    expect(unitOf(anonymous, 'step_0')).toBe(unitOf(anonymous, 'step_0'));
    expect(unitOf(anonymous, 'step_1').name).toBe('step_1');
  });

  it.each(['then', 'else', 'case_fr', 'route_cheap', 'branch_0', 'forward_pay', 'compensate_pay'] as const)(
    'of a nameless function at %s is called so',
    (edge) => {
      expect(unitOf([() => 1][0] as () => number, edge).name).toBe(edge);
    },
  );

  it.each(['attempt_3', 'inner', 'primary', 'fallback_1', 'item_7', 'iteration_7'] as const)(
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
