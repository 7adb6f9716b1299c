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
  /** What was left when the caller had its answer and no leaf went on in spite of its abort. */
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
  for (let turn = 0; turn < 10_000; turn++) {
    await clock.advance(turn === 0 ? 0 : (clock.nextTimerInMs ?? 0));
    if (outcome && journal.ownTimers === 0) {
      const left = { timers: clock.pendingTimers, listeners: getEventListeners(signal, 'abort').length };
      return { outcome, journal, left };
    }
  }
  throw new Error('it hangs');
}

/** All of an outcome but what differs between two runs. */
export function resultOf(outcome: Outcome<unknown>): unknown {
  if (outcome.ok) return { value: outcome.value };
  const { type, message, category, severity, recoverable, path } = outcome.info;
  return { type, message, category, severity, recoverable, path };
}
