import { beforeAll, describe, expect, it } from '@jest/globals';
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

      // @ts-expect-error its argument is a number
      @instrumented({ attributes: (text: string) => ({ text }) })
      async load(id: number): Promise<number> {
        return id;
      }
    }
    expect(new Wrong()).toBeDefined();
  });
});
