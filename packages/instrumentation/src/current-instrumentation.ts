import { type Context, createContextKey } from '@opentelemetry/api';
import { Instrumentation } from './instrumentation.ts';

const instrumentationKey = createContextKey('@tta/obs/instrumentation');
const defaultKey = Symbol.for('@tta/obs/instrumentation');

/** Whatever copy of this package came first holds the process's default for all. */
const processWide = globalThis as { [defaultKey]?: Instrumentation | undefined };

/** A context in which primitives are observed by `instrumentation` instead of the process's default. */
export function withInstrumentation(parent: Context, instrumentation: Instrumentation): Context {
  return parent.setValue(instrumentationKey, instrumentation);
}

/** Makes `instrumentation` the one for everything in this process that is given no other; `undefined` resets it. */
export function setDefaultInstrumentation(instrumentation: Instrumentation | undefined): void {
  processWide[defaultKey] = instrumentation;
}

/** The instrumentation of a context, else the process's default. */
export function instrumentationOf(active: Context): Instrumentation {
  const ofContext = active.getValue(instrumentationKey) as Instrumentation | undefined;
  return ofContext ?? (processWide[defaultKey] ??= new Instrumentation());
}
