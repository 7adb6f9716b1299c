import { InvalidOptionError } from '@tta/obs-context';
import { instrument, type InstrumentOptions } from './instrument.ts';
import { presentAs, unitOf } from './unit.ts';

type AsyncMethod = (this: never, ...args: never) => Promise<unknown>;
type Method = (this: unknown, ...args: readonly unknown[]) => Promise<unknown>;

/** All that is read of it; the rest depends on what `this` a method wants. */
type MethodContext = Pick<ClassMethodDecoratorContext, 'kind' | 'name' | 'static'>;

/**
 * Where a method may be decorated that returns a promise and not one of its subclasses, which calls would not return, and
 * whose arguments are those that attributes are made from, or begin with them.
 */
type Place<M extends AsyncMethod, A extends readonly unknown[]> =
  ReturnType<M> extends Promise<infer R>
    ? Promise<R> extends ReturnType<M>
      ? Parameters<M> extends readonly [...A, ...unknown[]]
        ? MethodContext
        : never
      : never
    : never;

/**
 * A decorator of methods: each call is an execution, as {@link instrument} makes it. For methods that return a promise,
 * static and private ones too. It is a standard decorator (TC39 stage 3), which TypeScript compiles without
 * `experimentalDecorators`.
 *
 * Without a name, calls are named after the class of the object that the method is called on, and the method:
 * `Planner.plan`, and `TripPlanner.plan` where a subclass inherits it.
 *
 * @throws `OBS_ERR_INVALID_OPTION` where it decorates no method, or is compiled as a decorator of another kind.
 */
export function instrumented<A extends readonly unknown[] = readonly unknown[]>(
  options: InstrumentOptions<A> = {},
): <M extends AsyncMethod>(method: M, place: Place<M, A>) => M {
  return <M extends AsyncMethod>(method: M, place: MethodContext): M => {
    requireMethod(place);
    const instrumentAs = (name: string): Method =>
      instrument(method as unknown as Method, { ...options, name } as InstrumentOptions<readonly unknown[]>);
    const { name } = options;
    if (name) return instrumentAs(name) as unknown as M;
    const byClass = new WeakMap<object, Method>();
    const unbound = instrumentAs(String(place.name));
    function named(this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      const owner = classOf(this, place.static);
      if (!owner) return Reflect.apply(unbound, this, args);
      let known = byClass.get(owner);
      if (!known) byClass.set(owner, (known = instrumentAs(`${owner.name}.${String(place.name)}`)));
      return Reflect.apply(known, this, args);
    }
    return presentAs(named, unitOf(unbound, 'inner'), method) as unknown as M;
  };
}

function requireMethod(place: unknown): void {
  const kind = typeof place === 'object' && place !== null && (place as { readonly kind?: unknown }).kind;
  if (kind === 'method') return;
  throw new InvalidOptionError(
    typeof kind === 'string'
      ? `@instrumented: it stands at a ${kind}; put it at a method`
      : '@instrumented: it is a standard decorator; compile without the option experimentalDecorators',
  );
}

/** `undefined` where a method was taken from its object, or the class has no name to tell. */
function classOf(self: unknown, isStatic: boolean): { readonly name: string } | undefined {
  try {
    const owner: unknown = isStatic ? self : (self as { constructor?: unknown }).constructor;
    if (typeof owner !== 'function') return undefined;
    // A class may have a static `name` of its own.
    const name: unknown = owner.name;
    return typeof name === 'string' && name !== '' ? owner : undefined;
  } catch {
    return undefined;
  }
}
