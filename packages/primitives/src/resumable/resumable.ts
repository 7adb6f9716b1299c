import { context as contextApi, type SpanContext } from '@opentelemetry/api';
import {
  CancelledError,
  type ContextInit,
  formatTraceParent,
  parseTraceParent,
  resumedFromLink,
  WorkflowContext,
} from '@tta/obs-context';
import {
  createErrorInfo,
  InstrumentedPrimitive,
  instrumentationOf,
  isSuspension,
  journalOf,
  keepJournal,
  messageOf,
  nameOf,
  type Outcome,
  type PrimitiveLike,
  requireStep,
  type RunScope,
  type RunStream,
  Suspension,
  untilAborted,
} from '@tta/obs-instrumentation';
import { hashOf } from '../cache/store-key.ts';
import { describe } from '../graph/graph.ts';
import { requireOptions } from '../internal/requirements.ts';
import { checkDecisions } from './check-decisions.ts';
import { type Decisions, decisionsOn } from './decisions-on.ts';
import { formatToken, parseToken, type SavedRun } from './resume-token.ts';
import { NotSavableError } from './run-errors.ts';
import { RunJournal } from './run-journal.ts';
import { copyOf, decode, encode } from './saved-value.ts';
import { SuspendedError } from './suspended-error.ts';

/** How a workflow that can be resumed is called. */
export interface ResumableOptions {
  /** A token knows it: a run goes on only under the name that it was begun with. @defaultValue the name of the workflow */
  readonly name?: string;
}

/** A workflow whose runs can wait. Made by {@link resumable}. */
export class Resumable<in I, out O, out Chunk = never> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #workflow: PrimitiveLike<I, O, Chunk>;
  /** Made when it is first needed: most runs are never suspended. */
  #graph: string | undefined;

  /** @internal */
  constructor(workflow: PrimitiveLike<I, O, Chunk>, name: string) {
    super({ type: 'resumable', name, children: [{ edge: 'inner', step: workflow }] });
    this.#workflow = workflow;
  }

  /**
   * Goes on with a run that was suspended, in the same trace and with what was said of it. What had come to its end does not
   * run again. Nothing is kept of the token having been used: resumed twice, what comes after the decision runs twice.
   *
   * @param token - Of the `SuspendedError`, as it was.
   * @param decision - About the only request, or decisions by the ids of requests; the others go on waiting.
   * @param init - What is said of this part of the run alone. `metadata` and `signal` are never kept.
   * @throws As `execute` does, also {@link SuspendedError} with a new token where something is left to be decided;
   * `OBS_ERR_INVALID_TOKEN` and `OBS_ERR_INVALID_DECISION` before anything has run, but for an approval that a function runs
   * by itself. Always as a rejection.
   */
  async resume(token: string, decision: Decisions, init?: ContextInit): Promise<O> {
    const { resumption, context } = await this.#resumption(token, decision, init);
    return resumption.execute(undefined, context);
  }

  /** Goes on like {@link resume}; never rejects. Where nothing has run there is no `traceId`. */
  async tryResume(token: string, decision: Decisions, init?: ContextInit): Promise<Outcome<O>> {
    let begun;
    try {
      begun = await this.#resumption(token, decision, init);
    } catch (error) {
      const { clock } = instrumentationOf(contextApi.active());
      const info = createErrorInfo(error, clock, {
        path: [this.name],
        traceId: undefined,
        spanId: undefined,
      });
      return { ok: false, error, info, traceId: undefined };
    }
    return begun.resumption.tryExecute(undefined, begun.context);
  }

  /**
   * Goes on like {@link resume}, and gives what the rest of the run emits as it comes: what was emitted before it waited
   * does not come again. Read it as the stream of `stream`.
   *
   * @throws `OBS_ERR_INVALID_TOKEN` and `OBS_ERR_INVALID_DECISION` before there is a stream, as a rejection.
   */
  async resumeStream(token: string, decision: Decisions, init?: ContextInit): Promise<RunStream<Chunk, O>> {
    const { resumption, context } = await this.#resumption(token, decision, init);
    return resumption.stream(undefined, context);
  }

  protected async run(input: I, scope: RunScope<Chunk>): Promise<O> {
    // Inside of another one it is a part of that: the whole run waits.
    if (journalOf(scope)) return scope.step('inner', this.#workflow, input, { streamed: true });
    return this.#goOn(input, inputOf(input), RunJournal.begin(), scope);
  }

  async #resumption(
    token: string,
    decision: Decisions,
    init: ContextInit | undefined,
  ): Promise<{ readonly resumption: Resumption<O, Chunk>; readonly context: WorkflowContext }> {
    const { run, requests } = parseToken(token, this.name, this.#fingerprint);
    const decisions = decisionsOn(requests, decision, `resumable "${this.name}"`);
    await checkDecisions(this, run.journal, decisions);
    const suspended = run.traceparent === undefined ? undefined : parseTraceParent(run.traceparent);
    const context = new WorkflowContext({ ...run.init, ...init }, { spanContext: suspended });
    for (const [id, value] of Object.entries(run.state)) context.set({ id }, value);
    const resumption = new Resumption<O, Chunk>(this.name, this.#workflow, suspended, (scope) =>
      this.#goOn(copyOf(run.input[0]) as I, run.input, RunJournal.begin(run.journal, decisions), scope),
    );
    return { resumption, context };
  }

  /** Runs the workflow, as far as its journal does not know what comes of it. */
  async #goOn(
    input: I,
    saved: SavedRun['input'] | Error,
    journal: RunJournal,
    scope: RunScope<Chunk>,
  ): Promise<O> {
    keepJournal(scope, journal);
    try {
      const output = await scope.step('inner', this.#workflow, input, { streamed: true });
      if (journal.stopped) throw journal.stopped;
      return output;
    } catch (error) {
      if (!isSuspension(error) && !journal.stopped) throw error;
      throw await this.#suspended(saved, journal, scope);
    } finally {
      await journal.undone();
      const unreached = journal.unreached();
      if (unreached)
        await this.#undoUnreached(saved instanceof Error ? input : (copyOf(saved[0]) as I), unreached, scope);
    }
  }

  /** The run does not come back to what it had to undo: it does so now, and runs nothing else. */
  async #undoUnreached(input: I, unreached: RunJournal, scope: RunScope<Chunk>): Promise<void> {
    keepJournal(scope, unreached);
    // Also where that of the run has aborted.
    const { signal } = new AbortController();
    await scope.step('inner', this.#workflow, input, { signal, shared: true }).catch(() => undefined);
    unreached.cancelled(new CancelledError(`the run of "${this.name}" is over`));
    await unreached.undone();
  }

  /**
   * What says that the run goes on: with a new token, or with the one before where that is as good as it was.
   *
   * @throws What keeps it from being gone on with: then what waits is undone.
   */
  async #suspended(
    saved: SavedRun['input'] | Error,
    journal: RunJournal,
    scope: RunScope<Chunk>,
  ): Promise<Error> {
    try {
      journal.stop(new Suspension(`"${this.name}" waits for a decision`));
      // What a function has begun beside the one that waits has its effect, and would have it again.
      await (scope.isCancellable ? untilAborted(scope.signal, journal.quiet()) : journal.quiet());
      const { stopped } = journal;
      if (stopped instanceof NotSavableError) throw stopped;
      if (!isSuspension(stopped)) return stopped as Error;
      if (saved instanceof Error) throw saved;
      return new SuspendedError(this.name, this.#token(saved, journal, scope), [...journal.pending()]);
    } catch (error) {
      journal.cancelled(error);
      throw error;
    }
  }

  #token(input: SavedRun['input'], journal: RunJournal, { context }: RunScope<Chunk>): string {
    const { metadata: _metadata, signal: _signal, ...said } = context.init;
    const traceparent = context.spanContext && formatTraceParent(context.spanContext);
    const state = context.entries();
    try {
      encode(state);
    } catch (error) {
      throw new NotSavableError(
        `the run cannot be saved: what is in its state cannot be kept: ${messageOf(error)}`,
      );
    }
    return formatToken({
      version: 1,
      workflow: this.name,
      graph: this.#fingerprint,
      input,
      init: { ...said, correlationId: context.correlationId },
      state,
      ...(traceparent !== undefined && { traceparent }),
      journal: journal.save(),
    });
  }

  get #fingerprint(): string {
    return (this.#graph ??= hashOf(JSON.stringify(describe(this.#workflow))));
  }
}

/** The rest of a run: `primitive.resumable.resume`, in the trace of the part before. */
class Resumption<O, Chunk> extends InstrumentedPrimitive<void, O, Chunk> {
  readonly #suspended: SpanContext | undefined;
  readonly #goOn: (scope: RunScope<Chunk>) => Promise<O>;

  constructor(
    name: string,
    workflow: PrimitiveLike<never, O, Chunk>,
    suspended: SpanContext | undefined,
    goOn: (scope: RunScope<Chunk>) => Promise<O>,
  ) {
    super({ type: 'resumable', action: 'resume', name, children: [{ edge: 'inner', step: workflow }] });
    this.#suspended = suspended;
    this.#goOn = goOn;
  }

  protected run(_input: void, scope: RunScope<Chunk>): Promise<O> {
    if (this.#suspended) scope.link(this.#suspended, resumedFromLink);
    return this.#goOn(scope);
  }
}

/** What a run was given, as it is kept: before the run may change it. That it cannot be kept matters only where the run waits. */
function inputOf(input: unknown): SavedRun['input'] | NotSavableError {
  if (input === undefined) return [];
  try {
    return [decode(encode(input))];
  } catch (error) {
    return new NotSavableError(
      `the run cannot be saved: what it was given cannot be kept: ${messageOf(error)}`,
    );
  }
}

/**
 * Lets runs of a workflow wait for decisions (`approval`) without a process that waits with them: the run ends with a
 * {@link SuspendedError}, whose token another process resumes. A workflow is begun with `execute`, `tryExecute` or `stream`.
 *
 * All values on the way to the approval have to be plain JSON: what the run is given, the outputs of steps, its state.
 *
 * @throws {@link SuspendedError} where something has to be decided; {@link NotSavableError} where that cannot be waited for,
 * because something is no plain JSON, which it names; else what the workflow throws, untouched.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a workflow that is no step, or options that are none; at construction.
 */
export function resumable<I, O, Chunk = never>(
  workflow: PrimitiveLike<I, O, Chunk>,
  options: ResumableOptions = {},
): Resumable<I, O, Chunk> {
  requireStep(workflow, 'resumable: the workflow');
  requireOptions(options, 'resumable', "{ name: 'refund' }");
  return new Resumable(workflow, options.name ?? nameOf(workflow) ?? 'resumable');
}
