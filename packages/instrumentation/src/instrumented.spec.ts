import { beforeAll, describe, expect, it } from '@jest/globals';
import { outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { instrumented } from './instrumented.ts';

beforeAll(enableContexts);

class Planner {
  static #plans = 0;
  readonly #topic: string;

  constructor(topic: string) {
    this.#topic = topic;
  }

  @instrumented({ type: 'agent', attributes: (days: number) => ({ 'plan.days': days }) })
  async plan(days: number, hurry = false): Promise<string> {
    Planner.#plans++;
    return `${await this.#look()}, ${days} days${hurry ? '!' : ''}`;
  }

  @instrumented({ name: 'look it up', type: 'tool' })
  async #look(): Promise<string> {
    return this.#topic;
  }

  @instrumented()
  static async count(): Promise<number> {
    return this.#count(1);
  }

  @instrumented()
  static async #count(times: number): Promise<number> {
    return Planner.#plans * times;
  }

  @instrumented()
  async #secret<T>(value: T): Promise<T> {
    return value;
  }

  @instrumented()
  async reveal<T>(value: T): Promise<T> {
    return this.#secret(value);
  }
}

class TripPlanner extends Planner {}

class Answer<T> extends Promise<T> {
  status(): number {
    return 200;
  }
}

const names = (observed: Observed): unknown[] =>
  observed.spans.map((span) => span.attributes['primitive.name']);

describe('@instrumented', () => {
  it('makes each call an execution, named after class and method', async () => {
    const observed = new Observed();
    expect(await observed.run(() => new Planner('Rome').plan(3, true))).toBe('Rome, 3 days!');
    expect(observed.tree()).toBe(
      [
        'primitive.agent.execute "Planner.plan" success',
        '  primitive.tool.execute "look it up" success',
      ].join('\n'),
    );
    expect(observed.span('primitive.agent.execute').attributes).toMatchObject({ 'plan.days': 3 });
  });

  it('takes static and private methods, and keeps their types', async () => {
    const observed = new Observed();
    const total: number = await observed.run(() => Planner.count());
    expect(total).toBeGreaterThan(0);
    const value: 'a' = await observed.run(() => new Planner('Rome').reveal('a' as const));
    expect(value).toBe('a');
    expect(names(observed)).toEqual(['Planner.#count', 'Planner.count', 'Planner.#secret', 'Planner.reveal']);
  });

  it('names an inherited method after the class of the object', async () => {
    const observed = new Observed();
    await observed.run(() => new TripPlanner('Rome').plan(1));
    await observed.run(() => new Planner('Rome').plan(1));
    await observed.run(() => new TripPlanner('Rome').plan(1));
    expect(names(observed).filter((name) => name !== 'look it up')).toEqual([
      'TripPlanner.plan',
      'Planner.plan',
      'TripPlanner.plan',
    ]);
  });

  it('names a method that has no object, or one without a class, after itself', async () => {
    const observed = new Observed();
    class Tool {
      @instrumented()
      async use(this: unknown, expected: unknown): Promise<boolean> {
        return this === expected;
      }
    }
    const { use } = new Tool();
    const bare = Object.create(null) as object;
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const anonymous = new (class extends Tool {})();
    Object.defineProperty(anonymous.constructor, 'name', { value: '' });
    for (const self of [undefined, bare, revoked.proxy, anonymous]) {
      expect(await observed.run(() => use.call(self, self))).toBe(true);
    }
    expect(names(observed)).toEqual(['use', 'use', 'use', 'use']);
  });

  it('is for methods that return a promise, and attributes of their arguments', () => {
    class Wrong {
      // @ts-expect-error it would return a promise where its type says number
      @instrumented()
      size(): number {
        return 1;
      }

      // @ts-expect-error it would return a promise where its type says more
      @instrumented()
      ask(): Answer<number> {
        return new Answer((resolve) => resolve(1));
      }

      // @ts-expect-error its argument is a number
      @instrumented({ attributes: (text: string) => ({ text }) })
      async load(id: number): Promise<number> {
        return id;
      }
    }
    expect(new Wrong()).toBeDefined();
  });

  it('keeps name and number of arguments, and is one execution as a step', async () => {
    const { plan } = Planner.prototype;
    expect([plan.name, plan.length]).toEqual(['plan', 1]);
    class Tool {
      @instrumented()
      async shout(text: string, ..._more: readonly unknown[]): Promise<string> {
        return text.toUpperCase();
      }
    }
    const { shout } = new Tool();
    expect([shout.name, shout.length]).toEqual(['shout', 1]);
    const observed = new Observed();
    expect(await observed.run(() => outer(shout).execute('a'))).toBe('A');
    expect(observed.tree()).toContain('    primitive.function.execute "shout" success');
    expect(observed.tree()).not.toContain('lambda.execute "shout"');
  });

  it('names a method after itself where the name of its class is no text', async () => {
    const observed = new Observed();
    class Odd {
      @instrumented()
      async use(): Promise<number> {
        return 1;
      }
    }
    for (const value of [Symbol('odd'), undefined, () => 'odd']) {
      Object.defineProperty(Odd, 'name', { value, configurable: true });
      await observed.run(() => new Odd().use());
    }
    expect(names(observed)).toEqual(['use', 'use', 'use']);
  });

  it('takes methods that say what this is, of generic classes, and an empty name for none', async () => {
    const observed = new Observed();
    class Store<T> {
      readonly #value: T;

      constructor(value: T) {
        this.#value = value;
      }

      @instrumented({ name: '' })
      async get(this: Store<T>): Promise<T> {
        return this.#value;
      }

      @instrumented({ attributes: (key: string) => ({ key }) })
      async self(this: this, _key: string, _more: number): Promise<this> {
        return this;
      }
    }
    const store = new Store('a');
    const value: string = await observed.run(() => store.get());
    expect(value).toBe('a');
    expect(await observed.run(() => store.self('k', 1))).toBe(store);
    expect(names(observed)).toEqual(['Store.get', 'Store.self']);
  });

  it('is refused of what is no method, and by compilers of another kind of decorator', () => {
    const decorate = instrumented() as unknown as (...args: readonly unknown[]) => unknown;
    const refused = (message: string): unknown =>
      expect.objectContaining({ code: 'OBS_ERR_INVALID_OPTION', message });
    const other =
      '@instrumented: it is a standard decorator; compile without the option experimentalDecorators';
    expect(() => decorate(Planner.prototype, 'plan', {})).toThrow(refused(other));
    expect(() => decorate(Planner, undefined)).toThrow(refused(other));
    expect(() => decorate(() => 1, { kind: 'getter', name: 'plans' })).toThrow(
      refused('@instrumented: it stands at a getter; put it at a method'),
    );
  });
});
