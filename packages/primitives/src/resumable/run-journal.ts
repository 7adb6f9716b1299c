import { CancelledError, ObsError, type ObsErrorOptions } from '@tta/obs-context';
import {
  type EdgeLabel,
  type ErrorInfo,
  type KnownOutcome,
  messageOf,
  type StepJournal,
  Suspension,
} from '@tta/obs-instrumentation';
import type { ApprovalRequest } from '../approval/approval-request.ts';
import type { Decision } from '../approval/decision.ts';
import { requirePlainJson } from '../cache/plain-json.ts';
import type { SavedFailure, SavedGate, SavedStep } from './saved-run.ts';

/** Characters of JSON that all outputs of a run may take until it is suspended. */
export const mostCharacters = 8 * 1024 * 1024;

/** A run cannot be saved: something in it is no plain JSON, or it is too large. */
export class NotSavableError extends ObsError {
  constructor(message: string) {
    super(message, { code: 'OBS_ERR_NOT_SAVABLE', category: 'permanent', severity: 'high' });
  }
}

/** What all steps of a run share. */
interface Shared {
  /** Characters that may still be kept. */
  room: number;
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Steps that wait, with something to undo where nobody goes on with them. */
  owing: number;
  /** What is being undone because nobody goes on with it. */
  readonly undoing: Promise<unknown>[];
  /** Of the steps that had something to undo when the run was saved: those that the run has come back to. */
  readonly reached: Set<SavedStep>;
  /** Nothing is run that had not begun: the run is only to come back to what it has to undo. */
  readonly isOver: boolean;
}

/** What a step has come to; `fault` says why that cannot be kept. */
type End =
  | { readonly output: readonly [] | readonly [unknown]; readonly size: number }
  | { readonly symbol: string; readonly size: number }
  | { readonly failure: SavedFailure; readonly size: number }
  | { readonly fault: string; readonly size: 0 };

const nothing: ReadonlyMap<string, Decision> = new Map();

/**
 * What becomes of the steps of a run, by the way of edges that leads to them. When a step ends, what was kept of the
 * steps below it goes: it will not run again.
 */
export class RunJournal implements StepJournal {
  /** Of an approval. */
  gate: SavedGate | undefined;
  readonly #path: readonly string[];
  readonly #shared: Shared;
  /** From the earlier run. */
  readonly #saved: SavedStep;
  readonly #steps = new Map<string, RunJournal>();
  readonly #taken = new Map<string, number>();
  /** What is done where nobody goes on with this step, which waits. */
  #undo: ((reason: unknown) => Promise<unknown>) | undefined;
  #end: End | undefined;
  #isOver = false;
  /** The last step of those that follow each other. */
  #last: RunJournal | undefined;
  /** The step that this one follows. */
  #before: RunJournal | undefined;

  private constructor(path: readonly string[], shared: Shared, saved: SavedStep) {
    this.#path = path;
    this.#shared = shared;
    this.#saved = saved;
    this.gate = saved.gate;
    const { output, symbol, failure } = saved;
    if (output) this.#keep({ output, size: JSON.stringify(output).length });
    else if (symbol !== undefined) this.#keep({ symbol, size: symbol.length });
    else if (failure) this.#keep({ failure, size: failure.message.length });
  }

  /** That of a new run, or of one that goes on with what was kept and decided. */
  static begin(saved: SavedStep = {}, decisions = nothing): RunJournal {
    const undo = { owing: 0, undoing: [], reached: new Set<SavedStep>(), isOver: false };
    return new RunJournal([], { room: mostCharacters, decisions, ...undo }, saved);
  }

  /**
   * That of the same run once more, which comes back to what had something to undo when it was saved, and which the run has
   * ended without coming back to; `undefined` where there is nothing of that kind.
   */
  unreached(): RunJournal | undefined {
    const { reached } = this.#shared;
    if (![...owingIn(this.#saved)].some((step) => !reached.has(step))) return undefined;
    const undo = { owing: 0, undoing: [], reached, isOver: true };
    return new RunJournal([], { room: mostCharacters, decisions: nothing, ...undo }, this.#saved);
  }

  enter(edge: EdgeLabel, follows: boolean): RunJournal {
    const nth = (this.#taken.get(edge) ?? 0) + 1;
    this.#taken.set(edge, nth);
    const key = `${nth}:${edge}`;
    const { steps } = this.#saved;
    const saved = steps && Object.hasOwn(steps, key) ? steps[key] : undefined;
    const step = new RunJournal([...this.#path, edge], this.#shared, saved ?? {});
    if (saved?.owes && !this.#shared.isOver) this.#shared.reached.add(saved);
    // What was left behind goes on, and nobody asks for it any more.
    if (this.#isOver) step.#isOver = true;
    else this.#steps.set(key, step);
    if (follows) {
      step.#before = this.#last;
      this.#last = step;
    }
    return step;
  }

  progressOf(edge: EdgeLabel): 'begun' | 'ended' | undefined {
    const key = `${(this.#taken.get(edge) ?? 0) + 1}:${edge}`;
    const saved = this.#saved.steps;
    const step = saved && Object.hasOwn(saved, key) ? saved[key] : undefined;
    if (!step) return undefined;
    return step.output || step.symbol !== undefined || step.failure ? 'ended' : 'begun';
  }

  outcome(): KnownOutcome | undefined {
    const end = this.#end;
    if (!end || 'fault' in end) {
      const { gate, steps } = this.#saved;
      // What undoes is on its own: it was entered when the step that it is in had been left.
      const isLeftOut = this.#shared.isOver && !this.#isOver && !steps && !gate?.decision;
      return isLeftOut ? { ok: false, error: new Suspension(overNote) } : undefined;
    }
    if ('failure' in end) return { ok: false, error: new RestoredError(end.failure) };
    if ('symbol' in end) return { ok: true, output: Symbol.for(end.symbol) };
    // A copy: who gets it may change it.
    return { ok: true, output: structuredClone(end.output[0]) };
  }

  succeeded(output: unknown): void {
    this.#close(() => snapshot(output));
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
    for (const step of this.#steps.values()) yield* step.pending();
  }

  /** @throws {@link NotSavableError} which names the step whose output cannot be kept. */
  save(): SavedStep {
    const end = this.#end;
    if (end && 'fault' in end) throw this.#notSavable('returned', end.fault);
    if (end) {
      if ('failure' in end) return { failure: end.failure };
      return 'symbol' in end ? { symbol: end.symbol } : { output: end.output };
    }
    const steps = [...this.#steps].map(([key, step]) => [key, step.save()] as const);
    return {
      ...(this.gate && { gate: this.#plainGate(this.gate) }),
      ...(this.#undo && { owes: true }),
      ...(steps.length > 0 && { steps: Object.fromEntries(steps) }),
    };
  }

  #plainGate(gate: SavedGate): SavedGate {
    try {
      plainText(gate);
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

  #close(endOf: () => End, failure?: string): void {
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
    this.#end = { output: [], size: 0 };
  }

  #keep(end: End): void {
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
    await Promise.all([...this.#steps.values()].map((step) => step.#undone(reason)));
    await undo?.(reason);
  }

  /** What was kept below is not needed any more. */
  #leave(): void {
    this.#isOver = true;
    for (const step of this.#steps.values()) {
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

function snapshot(value: unknown): End {
  if (value === undefined) return { output: [], size: 0 };
  const symbol = typeof value === 'symbol' ? Symbol.keyFor(value) : undefined;
  if (symbol !== undefined) return { symbol, size: symbol.length };
  try {
    const text = plainText(value);
    return { output: [JSON.parse(text)], size: text.length };
  } catch (error) {
    return { fault: messageOf(error), size: 0 };
  }
}

/** @throws TypeError for what does not come back from JSON as it is. */
export function plainText(value: unknown): string {
  requirePlainJson(value);
  const text = JSON.stringify(value);
  if (text.includes('"__proto__":')) throw new TypeError('a property is called __proto__');
  return text;
}

/** What a step failed with in an earlier run; its class, stack and cause did not come along. */
class RestoredError extends ObsError {
  /** In milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, category, severity, recoverable, retryAfterMs }: SavedFailure) {
    // The code of an error of the user's has no prefix.
    const known = (code ?? 'OBS_ERR_STEP_FAILED') as ObsErrorOptions['code'];
    super(message, { code: known, category, severity, recoverable });
    this.retryAfterMs = retryAfterMs;
  }
}
