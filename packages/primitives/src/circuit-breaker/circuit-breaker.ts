import type { Attributes } from '@opentelemetry/api';
import {
  attributeNames as names,
  classifyError,
  type Clock,
  type ErrorCategory,
  type ErrorClass,
  isObsError,
  type WorkflowContext,
} from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  isSuspension,
  nameOf,
  onAbort,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { keyOf } from '../internal/key-of.ts';
import { RecentlyUsed } from '../internal/recently-used.ts';
import { failuresOf, isRefusal } from '../internal/refusal.ts';
import {
  requireAtLeast,
  requireFunction,
  requireOptions,
  requirePositive,
  requirePositiveInteger,
} from '../internal/requirements.ts';
import { waitedInVain } from '../internal/waiting-in-vain.ts';
import { type Call, Circuit, type CircuitRules, type CircuitState, type Verdict } from './circuit.ts';
import { CircuitOpenError } from './circuit-open-error.ts';
import { type CircuitBreakerSnapshot, requireSnapshot } from './circuit-snapshot.ts';
import { requireTripRule, type TripRule } from './trip-rule.ts';

/** When a step that fails is no longer called, and when it is tried again. */
export interface CircuitBreakerOptions<in I = unknown> {
  /**
   * What opens the circuit: `{ failures: 5 }` in a row, `{ count: { size, failureRatio, minCalls? } }` of the
   * last calls, or `{ sampling: { windowMs, failureRatio, minCalls } }` of the calls of the last while.
   *
   * @defaultValue { failures: 5 }
   */
  readonly trip?: TripRule;
  /** How long an open circuit refuses calls before it is tried again, in milliseconds. @defaultValue 60000 */
  readonly recoveryMs?: number;
  /** Each time it opens again without having closed, it stays open this many times longer. @defaultValue 2 */
  readonly recoveryFactor?: number;
  /** The longest it stays open, in milliseconds. @defaultValue ten times recoveryMs */
  readonly maxRecoveryMs?: number;
  /** How many calls have to succeed in a row to close a half-open circuit. @defaultValue 2 */
  readonly successes?: number;
  /** How many calls may try a half-open circuit at a time; others are refused. @defaultValue 1 */
  readonly probes?: number;
  /**
   * Whether the service is to blame for an error. One that does not count is as if there had been no call. Never
   * asked about a cancelled call, unless by the `TimeoutError` of a time limit around the breaker, nor about a call that
   * our own primitives refused. Where it throws, that is logged and the default decides.
   *
   * @defaultValue every error that is not validation, auth, rate_limit, permanent or cancelled
   */
  readonly countError?: (error: unknown, found: ErrorClass) => boolean;
  /** One circuit for each key instead of one for all calls. @defaultValue none */
  readonly key?: (input: I, context: WorkflowContext) => string;
  /** How many circuits it keeps; closed ones go first, and of them the one used longest ago. @defaultValue 1000 */
  readonly maxKeys?: number;
  /** What `toJSON()` of a circuit breaker returned, also in another process. @defaultValue every circuit is closed */
  readonly initialState?: CircuitBreakerSnapshot;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

type CountError = NonNullable<CircuitBreakerOptions['countError']>;

/** Whose fault it is not: the caller's, who also calls too often, or nobody's. */
const notTheService: ReadonlySet<ErrorCategory> = new Set([
  'validation',
  'auth',
  'rate_limit',
  'permanent',
  'cancelled',
]);
/** Of each failure by itself: that of a retry or a fallback has the category of one of them. */
const countByCategory: CountError = (error) =>
  failuresOf(error).some((failure) => !notTheService.has(classifyError(failure).category));
/** The worst first. */
const states: readonly CircuitState[] = ['open', 'half_open', 'closed'];

/** A step behind a circuit. Made by {@link circuitBreaker}. */
export class CircuitBreaker<in I, out O, out Chunk = unknown> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #rules: CircuitRules;
  readonly #countError: CountError;
  readonly #key: CircuitBreakerOptions<I>['key'];
  readonly #circuits: RecentlyUsed<Circuit>;
  /** Until the first run, which brings the clock that its moments are read by. */
  #initial: CircuitBreakerSnapshot | undefined;
  /** Of the last run. */
  #clock: Clock | undefined;
  readonly #isolations = new Set<object>();
  /** The state that was told last. */
  #told: CircuitState = 'closed';
  /** Whether it may have changed since, outside of a run: the next one tells. */
  #unsettled = false;

  /** @internal */
  constructor(step: PrimitiveLike<I, O>, options: CircuitBreakerOptions<I>) {
    super({
      type: 'circuit_breaker',
      name: options.name ?? nameOf(step) ?? 'circuit_breaker',
      children: [{ edge: 'inner', step }],
    });
    this.#step = step;
    const { recoveryMs = 60_000, recoveryFactor = 2, maxRecoveryMs = 10 * recoveryMs } = options;
    const { trip = { failures: 5 }, successes = 2, probes = 1, key, initialState } = options;
    this.#rules = { trip, recoveryMs, recoveryFactor, maxRecoveryMs, successes, probes };
    this.#countError = options.countError ?? countByCategory;
    this.#key = key;
    this.#circuits = new RecentlyUsed(options.maxKeys ?? 1000);
    // Those of other keys would stay as they are for ever.
    const circuits = initialState?.circuits.filter((circuit) => key !== undefined || circuit.key === '');
    this.#initial = circuits && { circuits };
  }

  /** The worst of its circuits, `open` before `half_open` before `closed`. The first call after its time half-opens an open one. */
  get state(): CircuitState {
    if (this.#isolations.size > 0) return 'open';
    const held = this.#initial?.circuits ?? [...this.#circuits].map(([, circuit]) => circuit);
    return states.find((state) => held.some((circuit) => circuit.state === state)) ?? 'closed';
  }

  /**
   * Refuses every call until it is let go, whatever the circuits say: while a service is maintained, or in a test.
   *
   * @returns Lets go; then the circuits are as they were. Harmless when called again.
   */
  isolate(): () => void {
    const isolation = {};
    this.#isolations.add(isolation);
    this.#unsettled = true;
    return () => {
      this.#isolations.delete(isolation);
      this.#unsettled = true;
    };
  }

  /** Closes every circuit and forgets what it counted. What calls under way come to does not count, and isolations stay. */
  reset(): void {
    this.#initial = undefined;
    for (const [, circuit] of this.#circuits) circuit.close();
    this.#unsettled = true;
  }

  /** What it knows, for `initialState`. Moments are wall-clock time, and an isolation is no part of it. */
  toJSON(): CircuitBreakerSnapshot {
    const clock = this.#clock;
    if (this.#initial || !clock) return this.#initial ?? { circuits: [] };
    return { circuits: [...this.#circuits].map(([key, circuit]) => circuit.save(key, clock)) };
  }

  protected async run(input: I, scope: RunScope): Promise<O> {
    const { clock } = scope;
    const keyFor = this.#key;
    const key = keyFor && keyOf((given: I) => keyFor(given, scope.context), input, scope);
    const circuit = this.#circuitOf(key ?? '', clock);
    const isolated = this.#isolations.size > 0;
    const before = circuit.state;
    const call = isolated ? undefined : circuit.enter(clock);
    this.#tell(scope, circuit, before);
    scope.attr(names.circuitState, isolated ? 'open' : circuit.state);
    if (!call) throw this.#refusal(scope, circuit, key, isolated);
    return this.#watch(input, scope, circuit, call);
  }

  /** Makes the call and lets the circuit know what it came to, once: when it ends or when it is cancelled. */
  async #watch(input: I, scope: RunScope, circuit: Circuit, call: Call): Promise<O> {
    const { clock } = scope;
    const signal = scope.isCancellable ? scope.signal : undefined;
    let isOver = false;
    const end = (verdict: Verdict, failure?: unknown): void => {
      if (isOver) return;
      isOver = true;
      unfollow?.();
      const during = circuit.state;
      circuit.leave(call, verdict, clock, failure);
      this.#tell(scope, circuit, during);
    };
    const judge = (error: unknown): void => {
      if (!isOver) end(this.#blames(error, scope) ? 'failure' : 'neither', error);
    };
    // Now, and not when the step answers: it may not heed its signal.
    const cancelled = (): void => {
      const reason: unknown = signal?.reason;
      if (!isObsError(reason) || reason.code !== 'OBS_ERR_TIMEOUT') return end('neither');
      const timedOut = (): void => (waitedInVain(reason) ? end('neither') : judge(reason));
      // Those inside who wait for their turn hear of the abort after those around them.
      Promise.resolve()
        .then(timedOut)
        // A clock that cannot be read: nobody waits for this, so that it would end the process.
        .catch(() => undefined);
    };
    const unfollow = signal && onAbort(signal, cancelled);
    try {
      const output = await scope.step('inner', this.#step, input, { streamed: true });
      end('success');
      return output;
    } catch (error) {
      if (signal?.aborted) cancelled();
      else judge(error);
      throw error;
    }
  }

  #blames(error: unknown, { clock, log }: RunScope): boolean {
    if (isRefusal(error) || isSuspension(error)) return false;
    const found = classifyError(error, clock);
    try {
      return this.#countError(error, found);
    } catch (failure) {
      log.warn(`circuitBreaker "${this.name}": countError threw; the default decides`, { error: failure });
      return countByCategory(error, found);
    }
  }

  #circuitOf(key: string, clock: Clock): Circuit {
    this.#clock = clock;
    if (this.#initial) this.#restore(this.#initial, clock);
    const known = this.#circuits.get(key);
    if (known) return known;
    const circuit = new Circuit(this.#rules);
    this.#keep(key, circuit);
    return circuit;
  }

  /** One that is open knows something that would have to be found out again: closed ones make room before it. */
  #keep(key: string, circuit: Circuit): void {
    if (this.#circuits.add(key, circuit, ({ state }) => state === 'closed')) return;
    this.#circuits.add(key, circuit);
    // The one that made room for it may have been the only open one.
    this.#unsettled = true;
  }

  #restore({ circuits }: CircuitBreakerSnapshot, clock: Clock): void {
    this.#initial = undefined;
    this.#unsettled = true;
    for (const saved of circuits) {
      const circuit = new Circuit(this.#rules);
      circuit.load(saved, clock);
      this.#keep(saved.key, circuit);
    }
  }

  #refusal(scope: RunScope, circuit: Circuit, key: string | undefined, isolated: boolean): CircuitOpenError {
    const { clock } = scope;
    const opened = isolated ? undefined : circuit.opened;
    const retryAfterMs = opened && Math.max(0, Math.ceil(opened.untilMs - clock.monotonic()));
    const error = new CircuitOpenError(this.name, {
      state: isolated || opened ? 'open' : 'half_open',
      isolated,
      key,
      retryAfterMs,
      reopenAt: retryAfterMs === undefined ? undefined : clock.now() + retryAfterMs,
      cause: opened?.cause,
    });
    scope.record({ type: 'recovery', kind: 'circuit_open', error });
    return error;
  }

  /**
   * Tells that a circuit has changed. The gauge is that of the breaker, so that one circuit which closes does not hide
   * another which is open; a change that it does not show is told as an event alone.
   */
  #tell(scope: RunScope, circuit: Circuit, before: CircuitState): void {
    const changed = circuit.state !== before;
    if (!changed && !this.#unsettled) return;
    this.#unsettled = false;
    const { opened } = circuit;
    const attributes: Attributes = opened
      ? { [names.circuitRecoveryMs]: opened.recoveryMs, [names.circuitFailures]: opened.failures }
      : {};
    if (opened?.failureRate !== undefined) attributes[names.circuitFailureRate] = opened.failureRate;
    const { state } = this;
    const previous = this.#told;
    if (state !== previous) {
      this.#told = state;
      scope.record({ type: 'circuit', state, previous, attributes });
    } else if (changed) {
      const told = { [names.circuitState]: circuit.state, [names.circuitPreviousState]: before };
      scope.event(`circuit.${circuit.state}`, { ...attributes, ...told });
    }
  }
}

/**
 * Calls a step no longer that keeps failing: its circuit opens, calls are refused at once, and after a while a few
 * of them try whether it works again. All runs share the circuit.
 *
 * @throws The step's own error, untouched; {@link CircuitOpenError} without having called it.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, an option out of range, or an `initialState` that no
 * `toJSON()` returned; at construction.
 */
export function circuitBreaker<I, O, Chunk = never>(
  step: PrimitiveLike<I, O, Chunk>,
  options: CircuitBreakerOptions<NoInfer<I>> = {},
): CircuitBreaker<I, O, Chunk> {
  requireStep(step, 'circuitBreaker: the step');
  requireOptions(options, 'circuitBreaker', '{ recoveryMs: 60_000 }');
  const { trip, recoveryMs, recoveryFactor, maxRecoveryMs, successes, probes } = options;
  const { countError, key, maxKeys, initialState } = options;
  if (trip !== undefined) requireTripRule(trip, 'circuitBreaker: trip');
  if (recoveryMs !== undefined) requirePositive(recoveryMs, 'circuitBreaker: recoveryMs');
  if (recoveryFactor !== undefined) requireAtLeast(1, recoveryFactor, 'circuitBreaker: recoveryFactor');
  if (maxRecoveryMs !== undefined) requirePositive(maxRecoveryMs, 'circuitBreaker: maxRecoveryMs');
  if (successes !== undefined) requirePositiveInteger(successes, 'circuitBreaker: successes');
  if (probes !== undefined) requirePositiveInteger(probes, 'circuitBreaker: probes');
  if (maxKeys !== undefined) requirePositiveInteger(maxKeys, 'circuitBreaker: maxKeys');
  if (initialState !== undefined) requireSnapshot(initialState, 'circuitBreaker: initialState');
  if (countError !== undefined) requireFunction(countError, 'circuitBreaker: countError');
  if (key !== undefined) requireFunction(key, 'circuitBreaker: key');
  return new CircuitBreaker(step, options);
}
