import type { PrimitiveFacts } from '@tta/obs-protocol';
import { exactCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { formatUsd } from '../format/usd.ts';
import type { Fact } from './ai-facts.ts';

/** What a primitive tells of how it went, in words. */
export function primitiveWords(facts: PrimitiveFacts): readonly Fact[] {
  const words: (Fact | undefined)[] = [
    told('Cache', facts.cacheOutcome, (outcome) => outcome, ago(facts.cacheAgeMs)),
    told('Saved', facts.savedUsd, formatUsd),
    told(
      'Back-off',
      facts.backoffMs,
      (waits) => waits.map(formatDuration).join(', '),
      'before each further attempt',
    ),
    told('Gave up', facts.retryStopped, (why) => GAVE_UP[why] ?? spaced(why)),
    told('Limit', facts.limitMs, formatDuration),
    told('Overrun', facts.overrunMs, (ms) => `ended ${formatDuration(ms)} after the limit`),
    told('Hedge', facts.hedgeAttempts, (count) => counted(count, 'attempt', 'attempts'), winner(facts)),
    told('Circuit', facts.circuitState, spaced),
    told('Circuit went', facts.circuitChanges, (states) => states.map(spaced).join(' → ')),
    told('Waited', facts.waitedMs, formatDuration),
    facts.sharesRun === true ? { name: 'Work', text: 'shares the run of another caller' } : undefined,
    told('Shared with', facts.callers, (count) => counted(count, 'caller', 'callers')),
    told(
      'Decided',
      facts.choice,
      (choice) => choice,
      facts.reason === undefined ? undefined : spaced(facts.reason),
    ),
    facts.choice === undefined ? told('Reason', facts.reason, spaced) : undefined,
    told('Decided by', facts.decidedBy, (who) => who),
    told('Iterations', facts.iterations, exactCount),
    told('Items', facts.items, exactCount),
    told('Turns', facts.agentSteps, exactCount),
    told('Tool calls', facts.toolCalls, exactCount),
  ];
  return words.filter((word) => word !== undefined);
}

const GAVE_UP: Readonly<Record<string, string>> = {
  attempts: 'no attempt was left',
  not_retryable: 'the error does not pass by trying again',
  elapsed: 'its time was up',
  budget: 'the budget of retries was used up',
  asked_to_wait: 'the other side asked for a longer wait than it may take',
  streamed: 'a reader had a part of the answer already',
};

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

function winner({ hedgeWinner }: PrimitiveFacts): string | undefined {
  return hedgeWinner === undefined ? undefined : `attempt ${hedgeWinner} answered first`;
}

function counted(count: number, one: string, many: string): string {
  return `${exactCount(count)} ${count === 1 ? one : many}`;
}

function spaced(text: string): string {
  return text.replaceAll('_', ' ');
}
