import {
  InstrumentedPrimitive,
  journalOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
  type StaticChild,
} from '@tta/obs-instrumentation';
import { requireFunction } from './internal/requirements.ts';

/** What can be set about {@link conditional}. */
export interface ConditionalOptions {
  /** @defaultValue the name of the condition */
  readonly name?: string;
}

/** Whether an input takes the one way or the other. A type guard also says what each of them gets. */
type Condition<I> = (input: I, scope: RunScope) => boolean | PromiseLike<boolean>;

/** The inputs that meet a condition: what its type guard says, else all. */
type Met<I, When> = When extends ((input: I, scope: RunScope) => input is infer J extends I) ? J : I;

/** The inputs that do not meet a condition: what its type guard leaves, else all. */
type Unmet<I, When> = When extends ((input: I, scope: RunScope) => input is infer J extends I)
  ? Exclude<I, J>
  : I;

type Step = PrimitiveLike<unknown, unknown>;

class Conditional extends InstrumentedPrimitive<unknown, unknown> {
  readonly #when: Condition<unknown>;
  readonly #then: Step;
  readonly #else: Step | undefined;

  constructor(
    when: Condition<unknown>,
    thenStep: Step,
    elseStep: Step | undefined,
    options: ConditionalOptions,
  ) {
    const children: StaticChild[] = [{ edge: 'then', step: thenStep }];
    if (elseStep) children.push({ edge: 'else', step: elseStep });
    super({ type: 'conditional', name: options.name ?? (when.name || 'conditional'), children });
    this.#when = when;
    this.#then = thenStep;
    this.#else = elseStep;
  }

  protected run(input: unknown, scope: RunScope): unknown {
    const journal = journalOf(scope);
    // The condition was asked before the run waited for a decision, and that was told then.
    if (journal?.progressOf('then') === 'begun') return this.#take('then', input, scope);
    if (journal?.progressOf('else') === 'begun') return this.#take('else', input, scope);
    const met = this.#when(input, scope);
    // Not by `async`, which would cost every run a promise.
    return typeof met === 'boolean' ? this.#goOn(met, input, scope) : this.#goOnLater(met, input, scope);
  }

  async #goOnLater(met: PromiseLike<boolean>, input: unknown, scope: RunScope): Promise<unknown> {
    const answer = await met;
    scope.signal.throwIfAborted();
    return this.#goOn(answer, input, scope);
  }

  #goOn(met: boolean, input: unknown, scope: RunScope): unknown {
    const edge = met ? 'then' : 'else';
    const step = met ? this.#then : this.#else;
    const choice = step ? edge : 'passthrough';
    scope.record({ type: 'decision', choice, reason: 'condition', timed: true });
    return step ? this.#take(edge, input, scope) : input;
  }

  #take(edge: 'then' | 'else', input: unknown, scope: RunScope): Promise<unknown> {
    const [step, index] = edge === 'then' ? [this.#then, 0] : [this.#else as Step, 1];
    return scope.step(edge, step, input, { index, total: this.#else ? 2 : 1, streamed: true });
  }
}

/**
 * Runs one step where a condition is met and another where it is not; without another, the input passes through
 * unchanged. A type guard narrows what each of the two gets.
 *
 * @param when - May take its time; what it throws fails the run.
 * @throws What the condition or the step throws, untouched.
 * @throws `OBS_ERR_INVALID_COMPOSITION` when the condition is no function or a step is none; at construction.
 */
export function conditional<I, When extends Condition<I>, A, Chunk = never>(
  when: When & Condition<I>,
  thenStep: PrimitiveLike<Met<I, When>, A, Chunk>,
): InstrumentedPrimitive<I, A | Unmet<I, When>, Chunk>;
export function conditional<I, When extends Condition<I>, A, B, Chunk = never, Other = never>(
  when: When & Condition<I>,
  thenStep: PrimitiveLike<Met<I, When>, A, Chunk>,
  elseStep: PrimitiveLike<Unmet<I, When>, B, Other>,
  options?: ConditionalOptions,
): InstrumentedPrimitive<I, A | B, Chunk | Other>;
export function conditional<I, When extends Condition<I>, A, Chunk = never>(
  when: When & Condition<I>,
  thenStep: PrimitiveLike<Met<I, When>, A, Chunk>,
  elseStep: undefined,
  options: ConditionalOptions,
): InstrumentedPrimitive<I, A | Unmet<I, When>, Chunk>;
export function conditional(
  when: Condition<never>,
  thenStep: PrimitiveLike<never, unknown>,
  elseStep?: PrimitiveLike<never, unknown>,
  options: ConditionalOptions = {},
): never {
  requireFunction(when, 'conditional: when');
  requireStep(thenStep, 'conditional: the then step');
  if (elseStep !== undefined) requireStep(elseStep, 'conditional: the else step');
  return new Conditional(when as Condition<unknown>, thenStep as Step, elseStep as Step, options) as never;
}
