import { describe, expect, it } from '@jest/globals';
import type { InputOf, OutputOf } from '../step-types.ts';
import { lambda } from '../lambda.ts';
import { saga, type SagaOptions } from './saga.ts';
import { sagaStep } from './saga-step.ts';

/* What must and what must not compile: see types.spec.ts. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

interface Reservation {
  readonly order: string;
  readonly seats: number;
}
const reserve = lambda('reserve', async (order: string): Promise<Reservation> => ({ order, seats: 2 }));
const release = lambda('release', (_: Reservation) => undefined);
const nothing = (): void => undefined;

describe('the types of a saga', () => {
  it('flow from step to step, into bare functions and what undoes them as well', async () => {
    const trip = saga(
      sagaStep('reserve', reserve, ({ order }) => order.length),
      sagaStep(
        'charge',
        ({ seats }) => ({ paid: seats * 10 }),
        ({ paid }) => paid.toFixed(2),
      ),
      sagaStep('print', async ({ paid }) => `${paid} €`, nothing),
      { name: 'trip' },
    );
    same<Same<InputOf<typeof trip>, string>>();
    same<Same<OutputOf<typeof trip>, string>>();
    expect(await trip.execute('tea')).toBe('20 €');
  });

  it('flow into the last step as well, where no options follow', async () => {
    const trip = saga(
      sagaStep('reserve', reserve, release),
      sagaStep(
        'charge',
        ({ seats }) => seats * 10,
        (paid) => paid.toFixed(2),
      ),
    );
    same<Same<OutputOf<typeof trip>, number>>();
    expect(await trip.execute('tea')).toBe(20);
  });

  it('keep the whole output of a step, also where less of it is enough to undo it', async () => {
    const cancel = lambda('cancel', ({ order }: { readonly order: string }) => order.length);
    const trip = saga(
      sagaStep('reserve', reserve, cancel),
      sagaStep('count', ({ seats }) => seats, nothing),
    );
    same<Same<OutputOf<typeof trip>, number>>();
    expect(await trip.execute('tea')).toBe(2);
    const alone = saga(sagaStep('reserve', reserve, ({ order }: { order: string }) => order));
    same<Same<OutputOf<typeof alone>, Reservation>>();
    // @ts-expect-error a reservation has no price, and does not get one by being undone
    sagaStep('reserve', reserve, ({ price }: { price: number }) => price);
  });

  it('take options that are passed on, given or not', async () => {
    const make = (options?: SagaOptions) => saga(sagaStep('reserve', reserve, release), options);
    expect(await make().execute('tea')).toEqual({ order: 'tea', seats: 2 });
    expect(await make({ undoRetries: 0 }).execute('tea')).toEqual({ order: 'tea', seats: 2 });
  });

  it('go on for eight steps', async () => {
    const add = (name: string) => sagaStep(name, (n: number) => n + 1, nothing);
    const [a, b, c, d, e, f, g] = [add('a'), add('b'), add('c'), add('d'), add('e'), add('f'), add('g')];
    const eight = saga(
      a,
      b,
      c,
      d,
      e,
      f,
      g,
      sagaStep('h', (n: number) => `${n}`, nothing),
    );
    same<Same<OutputOf<typeof eight>, string>>();
    expect(await eight.execute(0)).toBe('7');
    // @ts-expect-error a ninth has to go into a saga of its own
    saga(a, b, c, d, e, f, g, add('h'), add('i'));
  });

  it('report a mistake on the step that it is made in', () => {
    saga(
      sagaStep('reserve', reserve, release),
      // @ts-expect-error a reservation has no price
      sagaStep('charge', ({ price }) => price, nothing),
    );
    // @ts-expect-error it undoes reservations, and gets a number
    sagaStep('count', (text: string) => text.length, release);
    // @ts-expect-error a saga has at least one step
    expect(() => saga()).toThrow();
    // @ts-expect-error a function is no step of a saga
    expect(() => saga(reserve)).toThrow();
    // @ts-expect-error there is no such option
    saga(sagaStep('reserve', reserve, release), { retries: 1 });
  });
});
