import { systemClock } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { countText } from './drawing/count-text.ts';
import type { ObservedTrace } from './observed-trace.ts';
import { durationText } from './drawing/span-text.ts';

/** In milliseconds of the machine's clock, less than the five seconds after which a test runner gives up. */
const patienceMs = 3_000;
const lookEachMs = 500;

/**
 * Notices a test that has forgotten to move its manual clock: all that the test runner would say is that it took too
 * long. A test that does something meanwhile is left alone.
 *
 * @param fail - Told what the test waits for.
 * @param machine - Measures how long it stands still.
 * @returns Ends the watch.
 */
export function watchStandstill(
  trace: ObservedTrace,
  fail: (hint: string) => void,
  machine = systemClock,
): () => void {
  const { clock } = trace;
  if (!(clock instanceof ManualClock)) return () => undefined;
  let seen = standing(trace, clock);
  let since = machine.monotonic();
  const look = (): void => {
    const now = standing(trace, clock);
    if (now !== seen) since = machine.monotonic();
    seen = now;
    const isStanding = machine.monotonic() - since >= patienceMs;
    if (isStanding && clock.pendingTimers > 0) fail(hintText(trace, clock));
    else end = machine.timer(lookEachMs, look, !isStanding);
  };
  // A process that nothing else keeps alive would end before the hint; one that waits for nothing of the clock may.
  let end = machine.timer(lookEachMs, look, true);
  return () => end();
}

/** Differs as long as something happens. */
function standing({ spans }: ObservedTrace, clock: ManualClock): string {
  const open = spans.filter(({ endMs }) => endMs === undefined);
  return `${clock.monotonic()} ${clock.pendingTimers} ${spans.length} ${open.length}`;
}

function hintText(trace: ObservedTrace, { pendingTimers, nextTimerInMs = 0 }: ManualClock): string {
  return [
    `observe: for ${patienceMs / 1000} s nothing has happened, and ${countText(pendingTimers, 'timer')} of the manual clock ${pendingTimers === 1 ? 'is' : 'are'} pending, the next due in ${durationText(nextTimerInMs)}.`,
    'Begin the run without awaiting it, move the clock, then await it:',
    `  const running = workflow.execute(input); await trace.clock.advance(${nextTimerInMs}); await running;`,
    '',
    String(trace),
  ].join('\n');
}
