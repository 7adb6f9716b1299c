import { attributeNames as names, InvalidCompositionError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  journalOf,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
  Suspension,
  untilAborted,
} from '@tta/obs-instrumentation';
import { requireFunction, requireOptions, requirePositive } from '../internal/requirements.ts';
import { RunJournal } from '../resumable/run-journal.ts';
import { held } from '../resumable/saved-value.ts';
import { Tool } from '../tool/tool.ts';
import { check, type StandardValidator, type Validator } from '../tool/validator.ts';
import { ApprovalExpiredError, ApprovalRefusedError, NotResumableError } from './approval-errors.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { type Decision, InvalidDecisionError, requireDecision } from './decision.ts';

/** Who decides about a step, and what may come of it. */
export interface ApprovalOptions<I, S = never> {
  /**
   * Decides at once: by a rule, or by a question to whoever sits in front of it. `undefined` where nobody decides now: then
   * the run is suspended.
   *
   * @defaultValue nobody decides at once
   */
  readonly ask?: (
    request: ApprovalRequest & { readonly input: I },
    scope: RunScope,
  ) => Decision | undefined | PromiseLike<Decision | undefined>;
  /** What is to be decided, for people. @defaultValue the name of the approval and a question mark */
  readonly message?: string | ((input: I) => string);
  /** How long a request that waits may be decided, in milliseconds; from each escalation anew. @defaultValue no limit */
  readonly expiresInMs?: number;
  /**
   * Checks the input of a decision to edit, which comes from outside: a validator of the Standard Schema shape (zod,
   * valibot, arktype), a type guard, or a function that returns what it made of it and throws where it cannot.
   *
   * @defaultValue no decision may edit the input
   */
  readonly input?:
    | StandardValidator<unknown, I>
    | ((value: unknown) => value is I)
    | ((value: unknown) => I | PromiseLike<I>);
  /** What stands in for the output where the step is skipped. @defaultValue no decision may skip the step */
  readonly onSkip?: (input: I, scope: RunScope) => S | PromiseLike<S>;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** How often a request may be handed on. */
const mostEscalations = 8;

/** A decision by which the step runs or does not. */
type Final = Exclude<Decision, { readonly kind: 'escalate' }>;

/** Made by {@link approval}. */
export class Approval<I, O, S, Chunk> extends InstrumentedPrimitive<I, O | S, Chunk> {
  readonly #step: PrimitiveLike<I, O, Chunk>;
  readonly #options: ApprovalOptions<I, S>;

  constructor(step: PrimitiveLike<I, O, Chunk>, options: ApprovalOptions<I, S>) {
    const name = options.name ?? nameOf(step) ?? 'approval';
    super({ type: 'approval', name, children: [{ edge: 'inner', step }] });
    this.#step = step;
    this.#options = options;
  }

  /** @throws {@link InvalidDecisionError} for an edit or a skip that the options do not allow. */
  async requireFeasible(decision: Decision): Promise<void> {
    if (decision.kind === 'edit') await this.#edited(decision.input);
    if (decision.kind === 'skip') this.#requireSkip();
  }

  protected async run(input: I, scope: RunScope<Chunk>): Promise<O | S> {
    const kept = journalOf(scope);
    const journal = kept instanceof RunJournal ? kept : undefined;
    // Nobody can decide about arguments that the tool does not take; the model that gave them can mend them.
    if (this.#step instanceof Tool && !journal?.gate) {
      await this.#step.checked(input);
      if (scope.isCancellable) scope.signal.throwIfAborted();
    }
    // Who is asked agrees to what there is now.
    const shown = held(input);
    const waited = journal?.gate && !journal.gate.decision ? journal : undefined;
    const decision = await this.#decide(shown, scope, journal);
    switch (decision.kind) {
      case 'continue':
        return scope.step('inner', this.#step, shown(), { streamed: true });
      case 'edit': {
        const edited = await this.#feasible(() => this.#edited(decision.input), waited);
        return scope.step('inner', this.#step, edited, { streamed: true });
      }
      case 'skip': {
        const onSkip = await this.#feasible(() => this.#requireSkip(), waited);
        return onSkip(shown(), scope);
      }
      case 'quit':
        if (decision.reason !== undefined) scope.attr(names.approvalReason, decision.reason);
        throw new ApprovalRefusedError(this.name, decision.reason, decision.by);
    }
  }

  /** What a person decided that cannot be carried out is no failure of the run: it goes on from the same token. */
  async #feasible<T>(work: () => T | Promise<T>, waited: RunJournal | undefined): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!waited) throw error;
      waited.stop(error as Error);
      throw new Suspension(`"${this.name}" waits for a decision that can be carried out`);
    }
  }

  /** What is decided: now, in the meantime, or already when the run went on before. */
  async #decide(shown: () => I, scope: RunScope<Chunk>, journal: RunJournal | undefined): Promise<Final> {
    const gate = journal?.gate;
    if (gate?.decision) return gate.decision as Final;
    const askedAt = gate?.askedAt ?? scope.clock.now();
    let request = gate?.request ?? this.#request(shown(), scope);
    let who: 'policy' | 'person' = gate ? 'person' : 'policy';
    let decision = gate ? this.#decided(gate.request, scope, journal) : await this.#ask(request, scope);
    while (decision?.kind === 'escalate') {
      this.#tell(decision, who, askedAt, scope);
      request = this.#escalated(request.level + 1, shown(), decision.to, scope);
      who = 'policy';
      decision = await this.#ask(request, scope);
    }
    if (!decision) {
      if (!journal) throw new NotResumableError(this.name);
      journal.gate = { request: { ...request, input: shown() }, askedAt };
      scope.attr(names.approvalRequestId, request.id);
      if (request.for !== undefined) scope.attr(names.approvalFor, request.for);
      throw new Suspension(`"${this.name}" waits for a decision: ${request.message}`);
    }
    this.#tell(decision, who, askedAt, scope);
    if (journal) journal.gate = { request: { ...request, input: null }, askedAt, decision };
    return decision;
  }

  /** What was decided while the run was suspended; `undefined` where it still waits. */
  #decided(request: ApprovalRequest, scope: RunScope<Chunk>, journal: RunJournal): Decision | undefined {
    const { expiresAt } = request;
    const decision = journal.decisionOn(request);
    if (expiresAt === undefined || scope.clock.now() < expiresAt) return decision;
    // It counts for nothing, and who came too late may be asked for.
    if (decision) scope.attr(names.decisionChoice, decision.kind);
    if (decision?.by !== undefined) scope.attr(names.approvalBy, decision.by);
    throw new ApprovalExpiredError(this.name, expiresAt);
  }

  async #ask(request: ApprovalRequest, scope: RunScope<Chunk>): Promise<Decision | undefined> {
    const { ask } = this.#options;
    if (!ask) return undefined;
    const asked = Promise.resolve(ask({ ...request, input: request.input as I }, scope));
    // Who is asked may never answer, also where nobody waits for it any more.
    const answer = await (scope.isCancellable ? untilAborted(scope.signal, asked) : asked);
    return answer === undefined ? undefined : requireDecision(answer, `approval "${this.name}"`);
  }

  #request(input: I, scope: RunScope<Chunk>, level = 0, to?: string): ApprovalRequest {
    const { message = `${this.name}?`, expiresInMs } = this.#options;
    return {
      id: scope.random.uuid(),
      name: this.name,
      message: typeof message === 'string' ? message : message(input),
      input,
      ...(expiresInMs !== undefined && { expiresAt: scope.clock.now() + expiresInMs }),
      level,
      ...(to !== undefined && { for: to }),
    };
  }

  #escalated(level: number, input: I, to: string | undefined, scope: RunScope<Chunk>): ApprovalRequest {
    if (level > mostEscalations)
      throw new ApprovalRefusedError(this.name, `nobody decided, also after ${mostEscalations} escalations`);
    return this.#request(input, scope, level, to);
  }

  async #edited(input: unknown): Promise<I> {
    const where = `approval "${this.name}"`;
    const validator = this.#options.input as Validator | undefined;
    if (!validator)
      throw new InvalidDecisionError(`${where}: its input may not be edited; allow it by the option input`);
    const verdict = await check(validator, input);
    if (!('issues' in verdict)) return verdict.value as I;
    const issues = verdict.issues.map(({ path, message }) => (path ? `${path}: ${message}` : message));
    throw new InvalidDecisionError(
      `${where}: the edited input is not valid: ${issues.join('; ')}`,
      verdict.cause,
    );
  }

  #requireSkip(): NonNullable<ApprovalOptions<I, S>['onSkip']> {
    const { onSkip } = this.#options;
    if (onSkip) return onSkip;
    throw new InvalidDecisionError(
      `approval "${this.name}": it may not be skipped; say by the option onSkip what stands in for its output`,
    );
  }

  #tell({ kind, by }: Decision, who: string, askedAt: number, { clock, record }: RunScope<Chunk>): void {
    record({
      type: 'decision',
      choice: kind,
      reason: who,
      attributes: {
        [names.approvalWaitMs]: Math.max(0, Math.round(clock.now() - askedAt)),
        ...(by !== undefined && { [names.approvalBy]: by }),
      },
    });
  }
}

/**
 * Has somebody decide before a step runs: at once (`ask`), or later, in which case the run is suspended and goes on when
 * there is a decision, also in another process: see `resumable`. Around a tool, nobody is asked about arguments that it does
 * not take.
 *
 * @returns What the step returns, or what `onSkip` returns.
 * @throws {@link ApprovalRefusedError} where it is decided that the run is not to go on, which neither a retry nor a
 * fallback answers; {@link ApprovalExpiredError} where nobody decided in time; {@link InvalidDecisionError} for a decision
 * that is none, an edit that `input` does not take, and a skip without `onSkip`; `ToolInputError` for arguments that the
 * tool does not take.
 * @throws `OBS_ERR_NOT_RESUMABLE` where nobody decides at once outside of `resumable`.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, or options that are none; at construction.
 */
export function approval<I, O, S = never, Chunk = never>(
  step: PrimitiveLike<I, O, Chunk>,
  options: ApprovalOptions<NoInfer<I>, S> = {},
): InstrumentedPrimitive<I, O | S, Chunk> {
  requireStep(step, 'approval: the step');
  requireOptions(options, 'approval', '{ expiresInMs: 86_400_000 }');
  const { ask, expiresInMs, onSkip, input } = options;
  if (ask !== undefined) requireFunction(ask, 'approval: ask');
  if (onSkip !== undefined) requireFunction(onSkip, 'approval: onSkip');
  if (expiresInMs !== undefined) requirePositive(expiresInMs, 'approval: expiresInMs');
  if (input !== undefined && typeof input !== 'function' && !('~standard' in Object(input)))
    throw new InvalidCompositionError(
      'approval: input checks nothing; it has to be a validator of the Standard Schema shape, a type guard, or a function',
    );
  return new Approval(step, options);
}
