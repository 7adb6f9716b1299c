import type { ErrorInfo } from './error-info.ts';
import type { Execution } from './execution.ts';
import type { EdgeLabel, RunScope } from './run-scope.ts';

/** What became of a step in an earlier run of its workflow. */
export type KnownOutcome =
  { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly error: unknown };

/**
 * Keeps what becomes of the steps of an execution, so that another run of the same workflow, also in another process, need
 * not run them again. There is one for each step on the way, in the shape of the tree that runs.
 */
export interface StepJournal {
  /**
   * That of a step. Called once for each, in the order in which they begin.
   *
   * @param continues - It is given what the one before it returned, which nobody needs to know once this one has returned.
   * @param input - What it is given, before it may change it.
   */
  enter(edge: EdgeLabel, continues: boolean, input: unknown): StepJournal;
  /**
   * How far an earlier run had come with the step that is entered next by this edge; `undefined` where it had not begun. Where
   * it had, it was decided to take it: that need not be decided again.
   */
  progressOf(edge: EdgeLabel): 'begun' | 'ended' | undefined;
  /** What is known of this step; `undefined`: it has to run. */
  outcome(): KnownOutcome | undefined;
  /** The step runs: nothing was known of it. */
  begun(): void;
  /** The step has come to its end, whatever that was; after what that was. @param error - `undefined` where it returned. */
  ended(error: unknown): void;
  /** The step returned. */
  succeeded(output: unknown): void;
  /** The step failed; it was neither cancelled nor suspended. */
  failed(info: ErrorInfo): void;
  /** The step was cancelled: nobody goes on with what waits in it. */
  cancelled(reason: unknown): void;
  /**
   * The step waits for a decision, and has done what is to be undone where nobody goes on with it: because a step that it is
   * in, or its run, does not wait any more.
   *
   * @param undo - Never rejects. It gets why it is called.
   * @returns Whether it will be called; where not, nobody goes on as it is.
   */
  undoUnlessResumed(undo: (reason: unknown) => Promise<unknown>): boolean;
}

/** Has what becomes of the steps of an execution kept. Before the first of them begins. */
export function keepJournal(scope: RunScope, journal: StepJournal): void {
  (scope as unknown as Execution).journal = journal;
}

/** Where what becomes of the steps of an execution is kept; `undefined` where it is not. */
export function journalOf(scope: RunScope): StepJournal | undefined {
  return (scope as unknown as Execution).journal;
}

/** Runs a step and keeps what becomes of it. */
export async function journaled<O>(
  journal: StepJournal,
  step: Execution,
  perform: () => Promise<O>,
): Promise<O> {
  let thrown: unknown;
  journal.begun();
  try {
    const output = await perform();
    journal.succeeded(output);
    return output;
  } catch (error) {
    thrown = error;
    if (step.status === 'error' || step.status === 'timeout') journal.failed(step.failure as ErrorInfo);
    else if (step.status === 'cancelled') journal.cancelled(error);
    throw error;
  } finally {
    journal.ended(thrown);
  }
}
