import { attributeNames as names, InvalidCompositionError } from '@tta/obs-context';
import { isStep, type PrimitiveLike, requireStep, type RunScope } from '@tta/obs-instrumentation';
import type { AnyStep } from '../step-types.ts';
import { FanOut, type TaskPlan } from './fan-out.ts';
import { LaneTimes } from './lane-times.ts';

/** A step and its place. */
export interface Branch {
  /** Of a tuple: `0`, `1` and so on. */
  readonly key: string;
  readonly edge: `branch_${string}`;
  readonly step: PrimitiveLike<unknown, unknown>;
}

/** Steps that get the same input beside each other: a record of them, or a tuple. */
export class Branches {
  readonly list: readonly Branch[];
  readonly isTuple: boolean;

  /** @throws `OBS_ERR_INVALID_COMPOSITION` when there are none, or one is no step, also a hole in a tuple. */
  constructor(primitive: string, branches: Readonly<Record<string, AnyStep>> | readonly AnyStep[]) {
    // JavaScript may leave them out, or give one after the other.
    if (isStep(branches)) {
      throw new InvalidCompositionError(
        `${primitive} takes its branches as a record or a list: ${primitive}({ a, b }) or ${primitive}([a, b])`,
      );
    }
    const given = (branches as typeof branches | undefined) ?? {};
    // `Object.entries` of a list would leave holes out and shift what is behind them.
    const entries: [string, unknown][] = Array.isArray(given)
      ? Array.from(given, (step: unknown, index) => [String(index), step])
      : Object.entries(given);
    if (entries.length === 0) throw new InvalidCompositionError(`${primitive} needs at least one branch`);
    for (const [key, step] of entries) requireStep(step, `${primitive}: branch "${key}"`);
    this.list = entries.map(([key, step]) => ({ key, edge: `branch_${key}`, step: step as Branch['step'] }));
    this.isTuple = Array.isArray(branches);
  }

  /** Runs each branch to its end, and tells how well the lanes were used. */
  async runAll(
    input: unknown,
    scope: RunScope,
    concurrency: number,
    { succeeded, failed }: Omit<TaskPlan<Branch>, 'begin'>,
  ): Promise<void> {
    const total = this.list.length;
    const lanes = Math.min(concurrency, total);
    scope.attr(names.parallelConcurrency, lanes);
    const times = new LaneTimes(scope, total, lanes);
    const ended = new FanOut(scope, this.list.values(), lanes, {
      begin: ({ edge, step }, index, signal) => scope.step(edge, step, input, { signal, index, total }),
      succeeded: (index, output, fanOut) => {
        times.branchEnded();
        succeeded(index, output, fanOut);
      },
      failed: (index, error, fanOut) => {
        times.branchEnded();
        failed(index, error, fanOut);
      },
    }).run();
    times.begun();
    await ended;
    times.tell();
  }

  /** What came of all branches, by position: a tuple for a tuple, a record for a record. */
  shaped(outputs: readonly unknown[]): unknown {
    if (this.isTuple) return outputs;
    return Object.fromEntries(this.list.map(({ key }, index) => [key, outputs[index]]));
  }

  /** What came of some branches, by position: by key, in the order of the branches. */
  byKey(failures: ReadonlyMap<number, unknown>): ReadonlyMap<string, unknown> {
    return new Map(
      this.list.flatMap(({ key }, index) => (failures.has(index) ? [[key, failures.get(index)]] : [])),
    );
  }
}
