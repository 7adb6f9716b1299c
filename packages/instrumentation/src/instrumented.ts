import { instrument, type InstrumentOptions } from './instrument.ts';

type AsyncMethod = (this: never, ...args: never) => Promise<unknown>;
type Method = (this: unknown, ...args: readonly unknown[]) => Promise<unknown>;

/**
 * A decorator of methods: each call is an execution, as {@link instrument} makes it. For methods that return a promise,
 * static and private ones too. It is a standard decorator (TC39 stage 3), which TypeScript compiles without
 * `experimentalDecorators`.
 *
 * Without a name, calls are named after the class of the object that the method is called on, and the method:
 * `Planner.plan`, and `TripPlanner.plan` where a subclass inherits it.
 */
export function instrumented<A extends readonly unknown[] = readonly unknown[]>(
  options: InstrumentOptions<A> = {},
): <M extends AsyncMethod>(
  method: M,
  // Attributes are made from the arguments that the method takes, or from the first of them.
  place: Parameters<M> extends readonly [...A, ...unknown[]] ? ClassMethodDecoratorContext : never,
) => M {
  return <M extends AsyncMethod>(method: M, place: ClassMethodDecoratorContext): M => {
    const instrumentAs = (name: string): Method =>
      instrument(method as unknown as Method, { ...options, name } as InstrumentOptions<readonly unknown[]>);
    const { name } = options;
    if (name !== undefined) return instrumentAs(name) as unknown as M;
    const byClass = new WeakMap<object, Method>();
    const unbound = instrumentAs(String(place.name));
    function named(this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      const owner = classOf(this, place.static);
      if (!owner) return Reflect.apply(unbound, this, args);
      let known = byClass.get(owner);
      if (!known) byClass.set(owner, (known = instrumentAs(`${owner.name}.${String(place.name)}`)));
      return Reflect.apply(known, this, args);
    }
    return named as unknown as M;
  };
}

/** `undefined` where a method was taken from its object, or the class has no name to tell. */
function classOf(self: unknown, isStatic: boolean): { readonly name: string } | undefined {
  try {
    const owner: unknown = isStatic ? self : (self as { constructor?: unknown }).constructor;
    return typeof owner === 'function' && owner.name !== '' ? owner : undefined;
  } catch {
    return undefined;
  }
}
