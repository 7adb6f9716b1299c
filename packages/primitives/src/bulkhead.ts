import { ObsError, type WorkflowContext } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { keyOf } from './internal/key-of.ts';
import {
  requireFunction,
  requireNonNegativeInteger,
  requirePositive,
  requirePositiveInteger,
} from './internal/requirements.ts';
import { stopwatch } from './internal/stopwatch.ts';
import { watchTurn } from './internal/waiting-in-vain.ts';
import { WaitingLine } from './internal/waiting-line.ts';

/** How many calls of a step run at a time, and how many wait for that. */
export interface BulkheadOptions<in I = unknown> {
  /** How many calls run at a time. */
  readonly concurrency: number;
  /** How many more wait for a slot, the first one first; the next is refused. @defaultValue 0 */
  readonly queue?: number;
  /** How long a call waits for a slot before it is refused, in milliseconds. @defaultValue no limit */
  readonly queueTimeoutMs?: number;
  /** Slots and a queue for each key instead of one for all calls. A key takes memory only while calls of it run. @defaultValue none */
  readonly key?: (input: I, context: WorkflowContext) => string;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** The step was not called, because as many calls of it as may are running and waiting already. */
export class BulkheadFullError extends ObsError {
  readonly concurrency: number;
  readonly queue: number;
  /** Whose slots they are, where each key has its own. */
  readonly key: string | undefined;

  constructor(name: string, concurrency: number, queue: number, key?: string) {
    const waiting = queue === 0 ? 'and none may wait' : `and ${queue} are waiting`;
    super(
      `"${name}" was not called: its bulkhead is full, calls hold all slots (${concurrency}) ${waiting}`,
      {
        code: 'OBS_ERR_BULKHEAD_FULL',
        category: 'resource',
        recoverable: true,
      },
    );
    this.concurrency = concurrency;
    this.queue = queue;
    this.key = key;
  }
}

/** The step was not called, because it waited in vain for one of the calls that run to end. */
export class BulkheadQueueTimeoutError extends ObsError {
  readonly queueTimeoutMs: number;
  /** Whose slots they are, where each key has its own. */
  readonly key: string | undefined;

  constructor(name: string, queueTimeoutMs: number, key?: string) {
    super(`"${name}" was not called: its bulkhead had no slot for it within ${queueTimeoutMs} ms`, {
      code: 'OBS_ERR_BULKHEAD_QUEUE_TIMEOUT',
      category: 'resource',
      recoverable: true,
    });
    this.queueTimeoutMs = queueTimeoutMs;
    this.key = key;
  }
}

/** The calls of one key. */
class Slots {
  readonly line = new WaitingLine();
  running = 0;
}

class Bulkhead<I, O, Chunk> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #queueTimeoutMs: number | undefined;
  readonly #key: BulkheadOptions<I>['key'];
  /** Of the keys with calls that run; those of all calls have the key `undefined`. */
  readonly #slots = new Map<string | undefined, Slots>();

  constructor(step: PrimitiveLike<I, O>, options: BulkheadOptions<I>) {
    super({
      type: 'bulkhead',
      name: options.name ?? nameOf(step) ?? 'bulkhead',
      children: [{ edge: 'inner', step }],
    });
    this.#step = step;
    this.#concurrency = options.concurrency;
    this.#queue = options.queue ?? 0;
    this.#queueTimeoutMs = options.queueTimeoutMs;
    this.#key = options.key;
  }

  protected async run(input: I, scope: RunScope): Promise<O> {
    const keyFor = this.#key;
    const key = keyFor && keyOf((given: I) => keyFor(given, scope.context), input, scope);
    const slots = this.#slotsOf(key);
    if (slots.running < this.#concurrency) {
      slots.running++;
      scope.record({ type: 'wait', for: 'slot', ms: 0 });
    } else {
      await this.#wait(slots, key, scope);
    }
    try {
      return await scope.step('inner', this.#step, input, { streamed: true });
    } finally {
      // The slot goes to the one who waits longest: nobody who comes now can take it.
      if (!slots.line.callNext() && --slots.running === 0) this.#slots.delete(key);
    }
  }

  #slotsOf(key: string | undefined): Slots {
    let slots = this.#slots.get(key);
    if (!slots) this.#slots.set(key, (slots = new Slots()));
    return slots;
  }

  /** Waits until it is given a slot. */
  async #wait({ line }: Slots, key: string | undefined, scope: RunScope): Promise<void> {
    if (line.length >= this.#queue) {
      const error = new BulkheadFullError(this.name, this.#concurrency, this.#queue, key);
      throw refused(scope, error);
    }
    const limitMs = this.#queueTimeoutMs;
    const patience =
      limitMs === undefined
        ? undefined
        : { ms: limitMs, error: () => this.#outOfPatience(limitMs, key, scope) };
    const waitedMs = stopwatch(scope.clock);
    const unwatch = watchTurn(scope.signal);
    try {
      await line.wait(scope, patience);
    } finally {
      unwatch();
      // Also of those who waited in vain: they waited longest.
      const ms = waitedMs();
      if (ms !== undefined) scope.record({ type: 'wait', for: 'slot', ms });
    }
  }

  #outOfPatience(ms: number, key: string | undefined, scope: RunScope): Error {
    return refused(scope, new BulkheadQueueTimeoutError(this.name, ms, key));
  }
}

function refused(scope: RunScope, error: ObsError): ObsError {
  scope.record({ type: 'recovery', kind: 'bulkhead_full', error });
  return error;
}

/**
 * Runs so many calls of a step at a time; more wait in a queue, and those for which it has no place are refused at
 * once. All runs share the slots. Calls get their slots in the order in which they came.
 *
 * @throws The step's own error, untouched; {@link BulkheadFullError} and {@link BulkheadQueueTimeoutError} without
 * having called it.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none or an option out of range; at construction.
 */
export function bulkhead<I, O, Chunk = never>(
  step: PrimitiveLike<I, O, Chunk>,
  options: BulkheadOptions<NoInfer<I>>,
): InstrumentedPrimitive<I, O, Chunk> {
  requireStep(step, 'bulkhead: the step');
  // JavaScript may leave the options out.
  const { concurrency, queue, queueTimeoutMs, key } = (options as BulkheadOptions<I> | undefined) ?? {};
  requirePositiveInteger(concurrency as number, 'bulkhead: concurrency');
  if (queue !== undefined) requireNonNegativeInteger(queue, 'bulkhead: queue');
  if (queueTimeoutMs !== undefined) requirePositive(queueTimeoutMs, 'bulkhead: queueTimeoutMs');
  if (key !== undefined) requireFunction(key, 'bulkhead: key');
  return new Bulkhead(step, options);
}
