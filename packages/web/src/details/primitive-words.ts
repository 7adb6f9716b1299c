import type { PrimitiveFacts } from '@tta/obs-protocol';
import { exactCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { formatPercent } from '../format/percent.ts';
import { formatUsd } from '../format/usd.ts';
import type { Fact } from './ai-facts.ts';

/** What a primitive tells of how it went, in words. */
export function primitiveWords(facts: PrimitiveFacts): readonly Fact[] {
  const words: (Fact | undefined)[] = [
    told('Cache', facts.cacheOutcome, (outcome) => outcome, ago(facts.cacheAgeMs)),
    told('Fresh for', facts.cacheTtlMs, formatDuration),
    told('Saved', facts.savedUsd, formatUsd),
    told('Back-off', facts.backoffMs, waitsText, 'before each further attempt'),
    told('Gave up', facts.retryStopped, whyStopped),
    told('Answered by', facts.fallbackDepth, (depth) =>
      depth === 0 ? 'the primary step' : `alternative ${depth}`,
    ),
    told('Went no further', facts.fallbackStopped, whyStopped),
    told('Limit', facts.limitMs, formatDuration),
    told('Overrun', facts.overrunMs, (ms) => `ended ${formatDuration(ms)} after the limit`),
    facts.isAbandoned === true
      ? { name: 'Left behind', text: 'went on after its caller had stopped waiting' }
      : undefined,
    told('Hedge', facts.hedgeAttempts, (count) => counted(count, 'attempt', 'attempts'), winner(facts)),
    told('No second attempt', facts.hedgeWithheld, whyStopped),
    told('Circuit', facts.circuitState, spaced),
    told('Circuit went', facts.circuitChanges, (states) => states.map(spaced).join(' → ')),
    told('Open for', facts.circuitRecoveryMs, formatDuration),
    told('Waited', facts.waitedMs, formatDuration),
    facts.sharesRun === true ? { name: 'Work', text: 'shares the run of another caller' } : undefined,
    told('Callers', facts.callers, exactCount),
    told('Decided', facts.choice, (choice) => choice, spacedOr(facts.reason)),
    facts.choice === undefined ? told('Reason', facts.reason, spaced) : undefined,
    told('Decided by', facts.decidedBy, (who) => who, facts.remark),
    facts.decidedBy === undefined ? told('Remark', facts.remark, (remark) => remark) : undefined,
    told('Asked of', facts.askedOf, (who) => who),
    told('Iterations', facts.iterations, exactCount),
    told('Items', facts.items, exactCount),
    told('At a time', facts.concurrency, exactCount),
    told('Lanes busy', facts.effectiveness, formatPercent),
    told('Undone', facts.undone, (steps) => steps.join(', ')),
    told('Not undone', facts.notUndone, (steps) => steps.join(', ')),
    told('Chunks', facts.chunks, exactCount),
    told('First chunk', facts.firstChunkMs, (ms) => `after ${formatDuration(ms)}`),
    told('Turns', facts.agentSteps, exactCount),
    told('Tool calls', facts.toolCalls, exactCount),
  ];
  return words.filter((word) => word !== undefined);
}

/** The words come from outside: an object would know `constructor` as well. */
const STOPPED: ReadonlyMap<string, string> = new Map([
  ['attempts', 'no attempt was left'],
  ['elapsed', 'its time was up'],
  ['budget', 'the budget of retries was used up'],
  ['asked_to_wait', 'the other side asked for a longer wait than it may take'],
  ['streamed', 'a reader had a part of the answer already'],
]);

function whyStopped(why: string): string {
  return STOPPED.get(why) ?? spaced(why);
}

function told<Value>(
  name: string,
  value: Value | undefined,
  text: (value: Value) => string,
  note?: string,
): Fact | undefined {
  return value === undefined ? undefined : { name, text: text(value), ...(note !== undefined && { note }) };
}

function ago(ageMs: number | undefined): string | undefined {
  return ageMs === undefined ? undefined : `${formatDuration(ageMs)} old`;
}

function waitsText(waits: readonly (number | null)[]): string {
  return waits.map((ms) => (ms === null ? 'not told' : formatDuration(ms))).join(', ');
}

function spacedOr(text: string | undefined): string | undefined {
  return text === undefined ? undefined : spaced(text);
}

function winner({ hedgeWinner }: PrimitiveFacts): string | undefined {
  return hedgeWinner === undefined ? undefined : `attempt ${hedgeWinner} answered first`;
}

function counted(count: number, one: string, many: string): string {
  return `${exactCount(count)} ${count === 1 ? one : many}`;
}

function spaced(text: string): string {
  return text.replaceAll('_', ' ');
}
