import { describe, expect, it } from '@jest/globals';
import type { PrimitiveFacts } from '@tta/obs-protocol';
import { spanNote } from './span-note.ts';

const note = (type: string | null, facts: PrimitiveFacts) => spanNote(type, facts, []);

describe('spanNote', () => {
  it.each<[string, PrimitiveFacts, string | null]>([
    ['cache', { cacheOutcome: 'miss' }, 'miss'],
    ['cache', { cacheOutcome: 'miss', cacheAgeMs: 90 }, 'miss'],
    ['cache', { cacheOutcome: 'hit', savedUsd: 0.2 }, 'hit, saved $0.20'],
    ['cache', { cacheOutcome: 'stale', cacheAgeMs: 90 }, 'stale, 90.0 ms old'],
    ['retry', { retryStopped: 'attempts' }, null],
    ['retry', { retryStopped: 'asked_to_wait' }, 'gave up: asked to wait'],
    ['timeout', { limitMs: 2000, overrunMs: 5 }, 'limit 2.00 s, ended 5.00 ms after it'],
    ['hedge', { hedgeAttempts: 2, hedgeWinner: 2 }, 'attempt 2 of 2 answered first'],
    ['hedge', { hedgeAttempts: 1, hedgeWinner: 1 }, null],
    ['circuit_breaker', { circuitState: 'half_open' }, 'half open'],
    ['circuit_breaker', { circuitState: 'closed' }, null],
    ['circuit_breaker', { circuitChanges: ['half_open', 'open'] }, 'is tried again, has opened'],
    ['bulkhead', { waitedMs: 0 }, null],
    ['rate_limit', { waitedMs: 160 }, 'waited 160 ms'],
    ['dedupe', { sharesRun: true }, 'shares the work of another run'],
    ['dedupe', { callers: 5 }, 'for 5 callers'],
    ['conditional', { choice: 'then', reason: 'condition' }, null],
    ['router', { choice: 'large', reason: 'cooling_down' }, 'large (cooling down)'],
    ['loop', { iterations: 1 }, '1 iteration'],
    ['foreach', { items: 4 }, '4 items'],
    ['agent', { agentSteps: 2, toolCalls: 0 }, '2 steps'],
    ['approval', { choice: 'quit', decidedBy: 'Grace', waitedMs: 4 }, 'quit by Grace, waited 4.00 ms'],
    ['approval', { askedOf: 'Grace' }, null],
    ['lambda', { savedUsd: 0.2 }, 'saved $0.20'],
  ])('of a %s with %j is %j', (type, facts, text) => {
    expect(note(type, facts)).toBe(text);
  });

  it('says nothing of facts that its type has not, and lets none steer the terminal', () => {
    expect(note('loop', { items: 3 })).toBeNull();
    expect(note('toString', { cacheOutcome: 'hit' })).toBeNull();
    expect(note(null, { cacheOutcome: 'hit' })).toBeNull();
    expect(note('approval', { choice: 'a\u001b[2Jb' })).toBe('a [2Jb');
    expect(note('router', { choice: 'a', reason: '\u001b[2J' })).toBe('a ([2J)');
  });

  it('says that a model was cut short, and nothing of other ends', () => {
    const ended = (...finishReasons: string[]) => spanNote(null, {}, finishReasons);
    expect([ended('stop'), ended('length'), ended('content_filter', 'stop')]).toEqual([
      null,
      'length',
      'content_filter',
    ]);
  });
});
