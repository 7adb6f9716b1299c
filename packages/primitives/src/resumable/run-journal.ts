import { CancelledError } from '@tta/obs-context';
import {
  type EdgeLabel,
  type ErrorInfo,
  isSuspension,
  type KnownOutcome,
  messageOf,
  type StepJournal,
  Suspension,
} from '@tta/obs-instrumentation';
import type { ApprovalRequest } from '../approval/approval-request.ts';
import type { Decision } from '../approval/decision.ts';
import { NotSavableError, RunChangedError } from './run-errors.ts';
import type { SavedGate, SavedStep } from './saved-run.ts';
import { requestsIn } from './saved-run-shape.ts';
import { copyOf, encode } from './saved-value.ts';
import { endOf, outcomeOf, returned, savedEnd, type StepEnd, usedUp, ValueTexts } from './step-end.ts';
import { SuspendedError } from './suspended-error.ts';

/** Characters of JSON that all outputs of a run may take until it is suspended. */
export const mostCharacters = 8 * 1024 * 1024;

/** What all steps of a run share. */
interface Shared {
  /** Characters that may still be kept. */
  room: number;
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Why no further step begins. */
  stopped: Error | undefined;
  readonly texts: ValueTexts;
  /** Steps that wait, with something to undo where nobody goes on with them. */
  owing: number;
  /** What is being undone because nobody goes on with it. */
  readonly undoing: Promise<unknown>[];
  /** Of the steps that had something to undo when the run was saved: those that the run has come back to. */
  readonly reached: Set<SavedStep>;
  /** Nothing is run that had not begun: the run is only to come back to what it has to undo. */
  readonly isOver: boolean;
}

const nothing: ReadonlyMap<string, Decision> = new Map();

/**
 * What becomes of the steps of a run, by the way of edges that leads to them. When a step ends, what was kept of the
 * steps below it goes: it will not run again.
 */
export class RunJournal implements StepJournal {
  readonly #path: readonly string[];
  readonly #shared: Shared;
  /** From the earlier run. */
  readonly #saved: SavedStep;
  /** Of what it was given; `undefined` where that is no plain JSON, or what the step before has returned. */
  readonly #input: string | undefined;
  /** By how often the edge had been taken, and the edge: also those of the earlier run that are still to come. */
  readonly #steps = new Map<string, RunJournal | SavedStep>();
  /** The keys of those that are still to come, by their edges. */
  #left: Map<string, string[]> | undefined;
  /** How often each edge was taken. */
  #taken: Map<string, number> | undefined;
  #gate: SavedGate | undefined;
  /** Until it has come to its end, whatever that is. */
  #running: Promise<void> | undefined;
  #ran: () => void = () => undefined;
  /** What is done where nobody goes on with this step, which waits. */
  #undo: ((reason: unknown) => Promise<unknown>) | undefined;
  #end: StepEnd | undefined;
  #isOver = false;
  /** The last step of those that follow each other. */
  #last: RunJournal | undefined;
  /** The step that this one follows. */
  #before: RunJournal | undefined;

  private constructor(path: readonly string[], shared: Shared, saved: SavedStep, input = saved.input) {
    this.#path = path;
    this.#shared = shared;
    this.#saved = saved;
    this.#input = input;
    this.#gate = saved.gate;
    for (const [key, step] of Object.entries(saved.steps ?? {})) {
      const edge = key.slice(key.indexOf(':') + 1);
      this.#left ??= new Map();
      const keys = this.#left.get(edge);
      if (keys) keys.push(key);
      else this.#left.set(edge, [key]);
      this.#steps.set(key, step);
      this.#count(edge);
    }
    this.#end = endOf(saved);
    if (!this.#end) return;
    // However much there is by now: it is not to run again.
    shared.room -= this.#end.size;
    this.#isOver = true;
  }

  /** That of a new run, or of one that goes on with what was kept and decided. */
  static begin(saved: SavedStep = {}, decisions = nothing): RunJournal {
    const undo = { owing: 0, undoing: [], reached: new Set<SavedStep>(), isOver: false };
    return new RunJournal([], { ...sharedOf(decisions), ...undo }, saved);
  }

  /**
   * That of the same run once more, which comes back to what had something to undo when it was saved, and to which the run
   * neither has come back nor may yet; `undefined` where there is nothing of that kind.
   */
  unreached(): RunJournal | undefined {
    const reached = new Set([...this.#shared.reached, ...this.#toCome()]);
    if (![...owingIn(this.#saved)].some((step) => !reached.has(step))) return undefined;
    const undo = { owing: 0, undoing: [], reached, isOver: true };
    return new RunJournal([], { ...sharedOf(nothing), ...undo }, this.#saved);
  }

  *#toCome(): Generator<SavedStep> {
    for (const step of this.#steps.values())
      yield* step instanceof RunJournal ? step.#toCome() : owingIn(step);
  }

  enter(edge: EdgeLabel, continues: boolean, given: unknown): RunJournal {
    const input = continues ? undefined : this.#shared.texts.hashOf(given);
    const key = this.#keyOf(edge, input);
    const saved = this.#steps.get(key) as SavedStep | undefined;
    const step = new RunJournal([...this.#path, edge], this.#shared, saved ?? {}, saved?.input ?? input);
    if (saved?.owes && !this.#shared.isOver) this.#shared.reached.add(saved);
    // What was left behind goes on, and nobody asks for it any more.
    if (this.#isOver) step.#isOver = true;
    else this.#steps.set(key, step);
    if (continues) {
      step.#before = this.#last;
      this.#last = step;
    }
    return step;
  }

  /** That of the first step to come that was given the same; a new one where none is to come. */
  #keyOf(edge: EdgeLabel, input: string | undefined): string {
    const keys = this.#left?.get(edge) ?? [];
    const at = keys.findIndex((key) => {
      const before = (this.#steps.get(key) as SavedStep).input;
      return before === input || before === undefined || input === undefined;
    });
    const [key] = at < 0 ? [] : keys.splice(at, 1);
    if (key !== undefined) return key;
    if (keys.length > 0) this.stop(new RunChangedError([...this.#path, edge]));
    return `${this.#count(edge)}:${edge}`;
  }

  #count(edge: string): number {
    this.#taken ??= new Map();
    const nth = (this.#taken.get(edge) ?? 0) + 1;
    this.#taken.set(edge, nth);
    return nth;
  }

  progressOf(edge: EdgeLabel): 'begun' | 'ended' | undefined {
    const [key] = this.#left?.get(edge) ?? [];
    if (key === undefined) return undefined;
    return endOf(this.#steps.get(key) as SavedStep) ? 'ended' : 'begun';
  }

  /** Of an approval. */
  get gate(): SavedGate | undefined {
    return this.#gate;
  }

  /** Kept as it is now: what is shown and decided is what goes on. */
  set gate(gate: SavedGate | undefined) {
    this.#gate = copyOf(gate);
  }

  /** Has no further step begin. What has begun comes to its end, and nothing answers for what has not. */
  stop(reason: Error): void {
    const { stopped } = this.#shared;
    if (!stopped || isSuspension(stopped)) this.#shared.stopped = reason;
  }

  /** Why no further step begins. */
  get stopped(): Error | undefined {
    return this.#shared.stopped;
  }

  begun(): void {
    this.#running = new Promise((resolve) => {
      this.#ran = resolve;
    });
  }

  ended(error: unknown): void {
    // That run has a token of its own, in which there is nothing of this one.
    if (error instanceof SuspendedError) this.stop(foreignRun(this.#path, error));
    this.#running = undefined;
    this.#ran();
  }

  /** Settles when all that has begun has come to its end, but for what nobody waits for. */
  async quiet(): Promise<void> {
    for (let running = this.#runningBelow(); running; running = this.#runningBelow()) await running;
  }

  #runningBelow(): Promise<void> | undefined {
    for (const step of this.#steps.values()) {
      const running = step instanceof RunJournal ? (step.#running ?? step.#runningBelow()) : undefined;
      if (running) return running;
    }
    return undefined;
  }

  outcome(): KnownOutcome | undefined {
    // Undoing is of what is over, and goes on.
    if (this.#shared.stopped && (!this.#isOver || this.#end))
      return { ok: false, error: new Suspension('the run does not go on for now') };
    const end = this.#end;
    if (!end || 'fault' in end) {
      const { gate, steps } = this.#saved;
      // What undoes is on its own: it was entered when the step that it is in had been left.
      const isLeftOut = this.#shared.isOver && !this.#isOver && !steps && !gate?.decision;
      return isLeftOut ? { ok: false, error: new Suspension(overNote) } : undefined;
    }
    return outcomeOf(end);
  }

  succeeded(output: unknown): void {
    this.#close(() => returned(output, this.#shared.texts));
    if (this.#before) this.#before.#forget();
    this.#before = undefined;
  }

  failed({ code, message, category, severity, recoverable, retryAfterMs }: ErrorInfo): void {
    const failure = {
      ...(code !== undefined && { code }),
      message,
      category,
      severity,
      recoverable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    this.#close(() => ({ failure, size: message.length }), message);
  }

  /** Nobody goes on with what waits in it. */
  cancelled(reason: unknown): void {
    if (this.#isOver) return;
    this.#undoBelow(reason);
    this.#leave();
  }

  undoUnlessResumed(undo: (reason: unknown) => Promise<unknown>): boolean {
    if (this.#isOver) return false;
    // Of a run that is over, whatever the run has come back to has been seen to.
    if (this.#shared.isOver && this.#shared.reached.has(this.#saved)) return true;
    this.#undo = undo;
    this.#shared.owing++;
    return true;
  }

  /** Settles when all that is being undone is. */
  async undone(): Promise<void> {
    await Promise.all(this.#shared.undoing);
  }

  /** What was decided about a request when the run went on. */
  decisionOn(request: ApprovalRequest): Decision | undefined {
    return this.#shared.decisions.get(request.id);
  }

  /** The requests that nobody has decided about, in the order in which they came up. */
  *pending(): Generator<ApprovalRequest> {
    if (this.gate && !this.gate.decision) yield this.gate.request;
    for (const step of this.#steps.values())
      yield* step instanceof RunJournal ? step.pending() : requestsIn(step);
  }

  /** @throws {@link NotSavableError} which names the step whose output cannot be kept. */
  save(): SavedStep {
    const end = this.#end;
    const input = this.#input === undefined ? {} : { input: this.#input };
    if (end && 'fault' in end) throw this.#notSavable('returned', end.fault);
    if (end) return { ...input, ...savedEnd(end) };
    const steps = [...this.#steps].map(
      ([key, step]) => [key, step instanceof RunJournal ? step.save() : step] as const,
    );
    return {
      ...input,
      ...(this.gate && { gate: this.#plainGate(this.gate) }),
      ...(this.#undo && { owes: true }),
      ...(steps.length > 0 && { steps: Object.fromEntries(steps) }),
    };
  }

  #plainGate(gate: SavedGate): SavedGate {
    try {
      encode(gate);
      return gate;
    } catch (error) {
      throw this.#notSavable('is given', messageOf(error));
    }
  }

  #notSavable(what: string, why: string): NotSavableError {
    const step = this.#path.join(' › ');
    return new NotSavableError(
      `the run cannot be saved: what the step "${step}" ${what} cannot be kept: ${why}`,
    );
  }

  #close(endOf: () => StepEnd, failure?: string): void {
    if (this.#isOver) return;
    if (this.#shared.owing > 0) {
      const end = failure === undefined ? 'has its result' : `failed: ${failure}`;
      this.#undoBelow(
        new CancelledError(`"${this.#path.join(' › ')}" ${end}; nobody waits for what is in it`),
      );
    }
    this.#leave();
    this.#isOver = false;
    this.gate = undefined;
    this.#keep(endOf());
  }

  /** That it returned is still known, and what it returned is not. */
  #forget(): void {
    if (!this.#end) return;
    this.#shared.room += this.#end.size;
    this.#end = usedUp;
  }

  #keep(end: StepEnd): void {
    const shared = this.#shared;
    const isRoom = end.size <= shared.room;
    this.#end = isRoom
      ? end
      : { fault: `the run has kept ${mostCharacters} characters of outputs already`, size: 0 };
    shared.room -= this.#end.size;
    this.#isOver = true;
  }

  /** Has undone what waits, the inner ones first. */
  #undoBelow(reason: unknown): void {
    const { owing, undoing } = this.#shared;
    if (owing > 0) undoing.push(this.#undone(reason));
  }

  async #undone(reason: unknown): Promise<void> {
    const undo = this.#undo;
    if (undo) this.#shared.owing--;
    this.#undo = undefined;
    // All of them are looked for now: whoever asks for this leaves them.
    const begun = [...this.#steps.values()].filter((step) => step instanceof RunJournal);
    await Promise.all(begun.map((step) => step.#undone(reason)));
    await undo?.(reason);
  }

  /** What was kept below is not needed any more. */
  #leave(): void {
    this.#isOver = true;
    for (const step of this.#steps.values()) {
      if (!(step instanceof RunJournal)) continue;
      step.#leave();
      this.#shared.room += step.#end?.size ?? 0;
    }
    this.#steps.clear();
  }
}

const overNote = 'the run is over';

/** What was saved of steps that had something to undo. */
function* owingIn(saved: SavedStep): Generator<SavedStep> {
  if (saved.owes) yield saved;
  for (const step of Object.values(saved.steps ?? {})) yield* owingIn(step);
}

function sharedOf(decisions: ReadonlyMap<string, Decision>) {
  return { room: mostCharacters, decisions, stopped: undefined, texts: new ValueTexts() };
}

function foreignRun(path: readonly string[], error: SuspendedError): NotSavableError {
  return new NotSavableError(
    `the run cannot be saved: in the step "${path.join(' › ')}" a run of its own waits, begun by execute; ` +
      `run its workflow by scope.step, and it is a part of this one`,
    error,
  );
}
