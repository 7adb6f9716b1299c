import { getEventListeners } from 'node:events';
import { CancelledError } from '@tta/obs-context';
import type { ManualClock } from '@tta/obs-context/manual';
import type { Outcome } from '@tta/obs-instrumentation';
import { build } from './build.ts';
import { Journal } from './journal.ts';
import type { Scenario } from './plan.ts';

/** How a scenario went. */
export interface Seen {
  readonly outcome: Outcome<unknown>;
  readonly journal: Journal;
  /** What was left when the caller had its answer and the last leaf had ended. */
  readonly left: { readonly timers: number; readonly listeners: number };
}

/** Runs a scenario to its end on a manual clock, and waits for the leaves that were left behind. */
export async function runScenario({ plan, cancelAtMs }: Scenario, clock: ManualClock): Promise<Seen> {
  const journal = new Journal();
  const primitive = build(plan, journal);
  const caller = new AbortController();
  const { signal } = caller;
  let outcome: Outcome<unknown> | undefined;
  void primitive.tryExecute('input', { signal }).then((ended) => (outcome = ended));
  if (cancelAtMs !== undefined) {
    await clock.advance(cancelAtMs);
    caller.abort(new CancelledError('the caller hung up'));
  }
  let left = { timers: 0, listeners: 0 };
  let seenCalls = -1;
  for (let turn = 0; turn < 10_000; turn++) {
    await clock.advance(turn === 0 ? 0 : (clock.nextTimerInMs ?? 0));
    if (!outcome || journal.atWork > 0) {
      seenCalls = -1;
      continue;
    }
    // An undo that failed is tried again after a while: what counts is what is left after the last call.
    if (seenCalls !== journal.calls.length) {
      seenCalls = journal.calls.length;
      left = { timers: clock.pendingTimers, listeners: getEventListeners(signal, 'abort').length };
    }
    if (clock.nextTimerInMs === undefined) return { outcome, journal, left };
  }
  throw new Error('it hangs');
}

/** All of an outcome but what differs between two runs. */
export function resultOf(outcome: Outcome<unknown>): unknown {
  if (outcome.ok) return { value: outcome.value };
  const { type, message, category, severity, recoverable, path } = outcome.info;
  return { type, message, category, severity, recoverable, path };
}
