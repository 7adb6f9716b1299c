import { context, isSpanContextValid, trace } from '@opentelemetry/api';
import {
  type ErrorInfo,
  InstrumentedPrimitive,
  nameOf,
  type Outcome,
  type RunScope,
} from '@tta/obs-instrumentation';
import { type Branch, Branches } from './internal/branches.ts';
import { requireOptions, requirePositiveInteger } from './internal/requirements.ts';
import type { AnyStep, Elements, OutputOf, SharedInput } from './step-types.ts';

/** How branches run beside each other. */
export interface SettleOptions {
  /** How many branches run at a time. @defaultValue all */
  readonly concurrency?: number;
  /** @defaultValue 'settle' */
  readonly name?: string;
}

class Settle extends InstrumentedPrimitive<unknown, unknown, never> {
  readonly #branches: Branches;
  readonly #concurrency: number;

  constructor(branches: Branches, { concurrency, name }: SettleOptions) {
    super({ type: 'settle', name: name ?? 'settle', children: branches.list });
    this.#branches = branches;
    this.#concurrency = concurrency ?? branches.list.length;
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const { list } = this.#branches;
    const traceId = currentTraceId();
    const outcomes: Outcome<unknown>[] = [];
    await this.#branches.runAll(input, scope, this.#concurrency, {
      succeeded: (index, value) => {
        outcomes[index] = { ok: true, value, traceId };
      },
      failed: (index, error) => {
        const info = infoOfBranch(list[index] as Branch, error, scope);
        outcomes[index] = { ok: false, error, info, traceId };
      },
    });
    return this.#branches.shaped(outcomes);
  }
}

/** Not of `scope.context`: to make that costs more than the rest. */
function currentTraceId(): string | undefined {
  const spanContext = trace.getSpanContext(context.active());
  return spanContext && isSpanContextValid(spanContext) ? spanContext.traceId : undefined;
}

/** A scope knows an error by its value: of one that several branches threw it knows where it was thrown last. */
function infoOfBranch({ edge, step }: Branch, error: unknown, scope: RunScope): ErrorInfo {
  const info = scope.infoOf(error);
  // Of what nobody has thrown, it knows where the run itself is.
  const { path } = scope.infoOf({});
  const name = nameOf(step) ?? edge;
  const place = name === edge ? edge : `${edge} ${name}`;
  const isOfBranch = info.path[path.length] === place;
  // It arose elsewhere: in a run that did the work for this one.
  const isOfOther = path.some((each, depth) => each !== info.path[depth]);
  return isOfBranch || isOfOther ? info : { ...info, path: [...path, place], spanId: undefined };
}

/**
 * Runs branches at the same time on the same input and gives the outcome of each: what it returned, or what it threw
 * and what is known about that. A record gives a record of outcomes, a tuple a tuple. No branch fails the run.
 *
 * @throws The reason of the signal when the run is cancelled, once the running branches have ended.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without branches, when a branch is no step, when `concurrency` is no
 * positive integer, or when the options are no object; at construction.
 */
export function settle<const T extends readonly AnyStep[]>(
  branches: T,
  options?: SettleOptions,
): InstrumentedPrimitive<
  SharedInput<Elements<T>>,
  { -readonly [K in keyof T]: Outcome<OutputOf<T[K]>> },
  never
>;
export function settle<R extends Readonly<Record<string, AnyStep>>>(
  branches: R,
  options?: SettleOptions,
): InstrumentedPrimitive<SharedInput<R>, { -readonly [K in keyof R]: Outcome<OutputOf<R[K]>> }, never>;
export function settle(
  branches: Readonly<Record<string, AnyStep>> | readonly AnyStep[],
  options: SettleOptions = {},
): never {
  const checked = new Branches('settle', branches);
  requireOptions(options, 'settle', '{ concurrency: 4 }');
  const { concurrency } = options;
  if (concurrency !== undefined) requirePositiveInteger(concurrency, 'settle: concurrency');
  return new Settle(checked, options) as never;
}
