import { describe, expect, it } from '@jest/globals';
import type { AttributesJson } from '@tta/obs-protocol';
import { spanNote } from './span-note.ts';

const note = (type: string | null, attributes: AttributesJson) =>
  spanNote(type, { attributes, events: [], ai: null });

describe('spanNote', () => {
  it.each<[string, AttributesJson, string | null]>([
    ['cache', { 'cache.outcome': 'miss' }, 'miss'],
    ['cache', { 'cache.outcome': 'hit', 'cost.saved_usd': 0.2 }, 'hit, saved $0.20'],
    ['retry', { 'retry.stopped': 'attempts' }, null],
    ['retry', { 'retry.stopped': 'asked_to_wait' }, 'gave up: asked to wait'],
    [
      'timeout',
      { 'timeout.limit_ms': 2000, 'timeout.overrun_ms': 5 },
      'limit 2.00 s, ended 5.00 ms after it',
    ],
    ['hedge', { 'hedge.attempts': 2, 'hedge.winner': 2 }, 'attempt 2 of 2 answered first'],
    ['hedge', { 'hedge.attempts': 1, 'hedge.winner': 1 }, null],
    ['circuit_breaker', { 'circuit_breaker.state': 'half_open' }, 'half open'],
    ['circuit_breaker', { 'circuit_breaker.state': 'closed' }, null],
    ['bulkhead', { 'wait.duration_ms': 0 }, null],
    ['rate_limit', { 'wait.duration_ms': 160 }, 'waited 160 ms'],
    ['dedupe', { 'shared_run.joined': true }, 'shares the work of another run'],
    ['dedupe', { 'shared_run.callers': 5 }, 'for 5 callers'],
    ['conditional', { 'decision.choice': 'then', 'decision.reason': 'condition' }, null],
    ['router', { 'decision.choice': 'large', 'decision.reason': 'cooling_down' }, 'large (cooling down)'],
    ['loop', { 'loop.iterations': 1 }, '1 iteration'],
    ['foreach', { 'foreach.items': 4 }, '4 items'],
    ['agent', { 'agent.steps': 2, 'agent.tool_calls': 0 }, '2 steps'],
    [
      'approval',
      { 'decision.choice': 'quit', 'approval.by': 'Grace', 'approval.wait_ms': 4 },
      'quit by Grace, waited 4.00 ms',
    ],
    ['approval', { 'approval.request_id': 'x' }, null],
  ])('of a %s with %j is %j', (type, attributes, text) => {
    expect(note(type, attributes)).toBe(text);
  });

  it('says nothing of values that make no sense, and lets none steer the terminal', () => {
    expect(note('loop', { 'loop.iterations': '3' })).toBeNull();
    expect(note('timeout', { 'timeout.limit_ms': -1 })).toBeNull();
    expect(note('toString', { 'cache.outcome': 'hit' })).toBeNull();
    expect(note(null, { 'cache.outcome': 'hit' })).toBeNull();
    expect(note('approval', { 'decision.choice': 'a\u001b[2Jb' })).toBe('a [2Jb');
  });

  it('says that a circuit has opened, and nothing of other events', () => {
    const event = (name: string) => ({
      name,
      timeMs: 0,
      timeUnixNano: '0',
      attributes: {},
      droppedAttributesCount: 0,
    });
    const events = ['exception', 'toString', 'circuit.open'].map(event);
    expect(spanNote('circuit_breaker', { attributes: {}, events, ai: null })).toBe('has opened');
  });

  it('says that a model was cut short, and nothing of other ends', () => {
    const ended = (...finishReasons: string[]) =>
      spanNote(null, { attributes: {}, events: [], ai: { finishReasons } });
    expect([ended('stop'), ended('length'), ended('content_filter', 'stop')]).toEqual([
      null,
      'length',
      'content_filter',
    ]);
  });
});
