import type { Attributes } from '@opentelemetry/api';
import { InvalidOptionError } from '@tta/obs-context';
import { executeUnit } from './execute-unit.ts';
import { Execution } from './execution.ts';
import type { RunScope } from './run-scope.ts';
import { createUnit, presentAs, type UnitDescription } from './unit.ts';

/** How calls of a function look in telemetry; its type and name are metric labels. */
export interface InstrumentOptions<A extends readonly unknown[]> extends Partial<
  Omit<UnitDescription, 'attributes' | 'tool'>
> {
  /** Kind of what is called: `tool`, `agent`. @defaultValue 'function' */
  readonly type?: string;
  /** @defaultValue the function's own, else the type */
  readonly name?: string;
  /**
   * Attributes of the span of a call, made from its arguments. They are recorded as they are: no secrets. What it
   * throws is counted as a fault of telemetry and kept from the call.
   */
  readonly attributes?: (...args: A) => Attributes;
}

/**
 * The same function, each call of which is an execution, with span, points and lines as a primitive has them. A call
 * below a run continues that run; any other begins one. `this` and arguments go through as they are, and what the
 * function throws is rejected with, untouched.
 *
 * As a step of a primitive it is one execution, not a function around another. Of a generator the call is observed,
 * not what is done with what it returns.
 *
 * @throws `OBS_ERR_INVALID_OPTION` when `fn` is no function.
 */
export function instrument<This, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  options: NoInfer<InstrumentOptions<A>> = {},
): (this: This, ...args: A) => Promise<Awaited<R>> {
  if (typeof fn !== 'function') {
    throw new InvalidOptionError(
      `instrument: the first argument is of type ${typeof fn}; pass the function itself, not what it returns`,
    );
  }
  const { attributes, type = 'function', ...description } = options;
  const name = options.name || fn.name || type;
  const call = (self: This, args: A, scope: RunScope): R => {
    if (attributes) setAttributes(scope, () => attributes(...args));
    return Reflect.apply(fn, self, args);
  };
  const unit = createUnit({ ...description, type, name }, (input: unknown, scope) =>
    call(undefined as This, [input, scope] as unknown as A, scope),
  );
  function instrumented(this: This, ...args: A): Promise<Awaited<R>> {
    const input: unknown = args.length > 1 && !(args[1] instanceof Execution) ? args : args[0];
    return executeUnit(unit, (_, scope) => call(this, args, scope) as Awaited<R>, input);
  }
  return presentAs(instrumented, unit, fn);
}

function setAttributes(scope: RunScope, make: () => Attributes): void {
  // There is no other scope.
  const { run, span } = scope as Execution;
  run.instrumentation.safely(() => {
    if (span?.isRecording()) span.setAttributes(make());
  }, undefined);
}
