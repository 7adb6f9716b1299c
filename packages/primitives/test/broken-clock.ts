import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { noopLogger, systemClock } from '@tta/obs-context';
import { Instrumentation, withInstrumentation } from '@tta/obs-instrumentation';

function fail(): never {
  throw new Error('no time');
}

/** Runs `fn` where all executions are told of, by a clock that cannot be read. */
export function withBrokenClock<T>(fn: () => T): T {
  const clock = { ...systemClock, now: fail, monotonic: fail };
  const instrumentation = new Instrumentation({ clock, logger: { ...noopLogger, isEnabled: () => true } });
  return context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), fn);
}
