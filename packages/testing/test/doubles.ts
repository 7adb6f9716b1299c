import { ManualClock } from '@tta/obs-context/manual';
import {
  type EdgeLabel,
  InstrumentedPrimitive,
  type RunScope,
  type StepFunction,
} from '@tta/obs-instrumentation';
import { observe } from '../src/observe.ts';
import type { Trace } from '../src/trace.ts';

/** A primitive of any type and body. */
class Double<I, O, Chunk> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #body: StepFunction<I, O, Chunk>;

  constructor(type: string, name: string, body: StepFunction<I, O, Chunk>) {
    super({ type, name });
    this.#body = body;
  }

  protected run(input: I, scope: RunScope<Chunk>): O | PromiseLike<O> {
    return this.#body(input, scope);
  }
}

export type Step = InstrumentedPrimitive<string, string>;

export function double<I = string, O = string, Chunk = unknown>(
  type: string,
  name: string,
  body: StepFunction<I, O, Chunk>,
): InstrumentedPrimitive<I, O, Chunk> {
  return new Double(type, name, body);
}

/** A step that succeeds, or fails with a message. */
export function work(name: string, failure?: string): Step {
  return double('work', name, (input: string) => {
    if (failure !== undefined) throw new Error(failure);
    return input;
  });
}

/** Steps one after the other, each by its edge. */
export function stepping(type: string, name: string, steps: { readonly [edge in EdgeLabel]?: Step }): Step {
  return double(type, name, async (input: string, scope) => {
    for (const [edge, step] of Object.entries(steps)) {
      if (step) await scope.step(edge as EdgeLabel, step, input).catch(() => undefined);
    }
    return input;
  });
}

/** A retry whose step fails so many times. */
export function retrying(name: string, failures: number): Step {
  const attempts = Array.from({ length: failures }, (_, index) => [
    `attempt_${index + 1}`,
    work(name, '503 Service Unavailable'),
  ]);
  return stepping('retry', name, Object.fromEntries([...attempts, [`attempt_${failures + 1}`, work(name)]]));
}

/** A fallback of which only the last alternative answers. */
export function fallingBack(name: string, ...alternatives: readonly string[]): Step {
  const steps = [name, ...alternatives].map((step, depth) => [
    depth === 0 ? 'primary' : `fallback_${depth}`,
    work(step, depth === alternatives.length ? undefined : 'overloaded'),
  ]);
  return stepping('fallback', name, Object.fromEntries(steps));
}

/** A cache that answers as it is told. */
export function caching(name: string, ...outcomes: readonly ('hit' | 'miss' | 'stale')[]): Step {
  return double('cache', name, (input: string, scope) => {
    for (const outcome of outcomes) scope.record({ type: 'cache', outcome, cacheType: 'memory' });
    return input;
  });
}

/** A step that takes so long, on the clock of the trace that it is in. */
export function waiting(name: string, ms: number): Step {
  return double('work', name, (input: string, { clock }) => {
    if (clock instanceof ManualClock) clock.spend(ms);
    return input;
  });
}

/** What steps tell, one after the other. A failure of theirs is none of the spec's. */
export function traceOf(...steps: readonly Step[]): Promise<Trace> {
  return observe(
    async (trace) => {
      for (const step of steps) await step.tryExecute('input');
      const { spans, lines, points } = trace;
      return { spans, lines, points };
    },
    { clock: new ManualClock() },
  );
}
