import { createTraceState, diag, DiagLogLevel, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { endedSpan, type SpanFacts, traceIdOf } from '../../test/ended-span.ts';
import { DecisionRule } from './decision-rule.ts';
import type { TraceView } from './policy.ts';
import type { BasicPolicyConfig, PolicyConfig } from './policy-config.ts';
import { parseTailSamplingConfig } from './tail-sampling-config.ts';

const view = (spans: readonly ReadableSpan[]): TraceView => ({ traceId: traceIdOf(0), spans });
const traceOf = (...facts: readonly SpanFacts[]): TraceView => view(facts.map(endedSpan));

function rule(policies: readonly PolicyConfig[], sampleOnFirstMatch = false): DecisionRule {
  parseTailSamplingConfig({ policies });
  return new DecisionRule({ policies, sampleOnFirstMatch, clock: new ManualClock() });
}

const named = (policy: BasicPolicyConfig): PolicyConfig => ({ name: policy.type, ...policy });
const dropOf = (...policies: readonly BasicPolicyConfig[]): PolicyConfig => ({
  name: 'drop',
  type: 'drop',
  drop: { drop_sub_policy: policies },
});
const errors: BasicPolicyConfig = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
const slow: BasicPolicyConfig = { type: 'latency', latency: { threshold_ms: 1_000 } };
const always: BasicPolicyConfig = { type: 'always_sample' };
const pair: BasicPolicyConfig = { type: 'span_count', span_count: { min_spans: 2 } };
const single: BasicPolicyConfig = { type: 'span_count', span_count: { max_spans: 1 } };
const oneSpanASecond: BasicPolicyConfig = {
  type: 'rate_limiting',
  rate_limiting: { spans_per_second: 1, burst_capacity: 1 },
};

describe('policies', () => {
  const text = (settings: object): BasicPolicyConfig => ({
    type: 'string_attribute',
    string_attribute: { key: 'k', values: ['a', 'b'], ...settings },
  });
  const number = (settings: object): BasicPolicyConfig => ({
    type: 'numeric_attribute',
    numeric_attribute: { key: 'k', ...settings },
  });
  const flag = (settings: object): BasicPolicyConfig => ({
    type: 'boolean_attribute',
    boolean_attribute: { key: 'k', value: true, ...settings },
  });
  const latency = (lower?: number, upper?: number): BasicPolicyConfig => ({
    type: 'latency',
    latency: {
      ...(lower !== undefined && { threshold_ms: lower }),
      ...(upper !== undefined && { upper_threshold_ms: upper }),
    },
  });
  const count = (settings: object): BasicPolicyConfig => ({ type: 'span_count', span_count: settings });
  const status = (...codes: ('OK' | 'ERROR' | 'UNSET')[]): BasicPolicyConfig => ({
    type: 'status_code',
    status_code: { status_codes: codes },
  });
  const state: BasicPolicyConfig = { type: 'trace_state', trace_state: { key: 'vendor', values: ['debug'] } };
  const k = (value: string | number | boolean | string[]): SpanFacts => ({ attributes: { k: value } });
  const resource = (value: string | number | boolean): SpanFacts => ({
    resource: resourceFromAttributes({ k: value }),
  });
  const pending: SpanFacts = { resource: resourceFromAttributes({ k: Promise.resolve('a') }) };
  const startMs = Date.UTC(2026, 0, 1);

  const cases: [BasicPolicyConfig, SpanFacts[], boolean][] = [
    [always, [{}], true],
    [text({}), [k('a')], true],
    [text({}), [{}, k('b')], true],
    [text({}), [k('c')], false],
    [text({}), [k('aa')], false],
    [text({ values: [''] }), [k('')], false],
    [text({}), [k(['a'])], false],
    [text({}), [{}], false],
    [text({}), [resource('a')], true],
    [text({}), [resource('c'), resource('b')], true],
    [text({}), [pending], false],
    [text({ values: ['^a.$'], enabled_regex_matching: true }), [k('ab')], true],
    [
      text({ values: ['x', 'a.'], enabled_regex_matching: true, cache_max_size: 1 }),
      [k('c'), k('c'), k('bac')],
      true,
    ],
    [text({ values: ['^a.$'], enabled_regex_matching: true }), [k('abc')], false],
    [text({ values: ['b$'], enabled_regex_matching: true }), [k(`${'a'.repeat(2_000)}b`)], true],
    [text({ invert_match: true }), [k('a')], false],
    [text({ invert_match: true }), [k('c')], true],
    [text({ invert_match: true }), [{}], true],
    [number({ min_value: 50 }), [k(50)], true],
    [number({ min_value: 50 }), [k(49.999)], false],
    [number({ max_value: 100 }), [k(100)], true],
    [number({ max_value: 100 }), [k(100.001)], false],
    [number({ max_value: 100 }), [k(-1e9)], true],
    [number({ min_value: 0, max_value: 5 }), [k(-1)], true],
    [number({ min_value: -5, max_value: -1 }), [k(-3)], true],
    [number({ min_value: 50, max_value: 50 }), [k(50)], true],
    [number({ min_value: 50 }), [k('60')], false],
    [number({ min_value: 50 }), [{}], false],
    [number({ min_value: 50 }), [resource(60)], true],
    [number({ min_value: 50, invert_match: true }), [k(60)], false],
    [number({ min_value: 50, invert_match: true }), [k(40)], true],
    [flag({}), [k(true)], true],
    [flag({}), [k(false)], false],
    [flag({ value: false }), [k(false)], true],
    [flag({ value: false }), [{}], false],
    [flag({}), [k('true')], false],
    [flag({}), [resource(true)], true],
    [flag({ invert_match: true }), [k(true)], false],
    [flag({ invert_match: true }), [{}], true],
    [latency(1_000), [{ durationMs: 1_000 }], true],
    [latency(1_000), [{ durationMs: 999.999 }], false],
    [latency(1_000), [{ durationMs: 1 }, { startMs: startMs + 999, durationMs: 1 }], true],
    [latency(1_000), [{ startMs: startMs + 999, durationMs: 1 }, { durationMs: 1 }], true],
    [latency(0), [{ durationMs: 0 }], true],
    [latency(100, 200), [{ durationMs: 100 }], false],
    [latency(100, 200), [{ durationMs: 101 }], true],
    [latency(100, 200), [{ durationMs: 200 }], true],
    [latency(100, 200), [{ durationMs: 201 }], false],
    [latency(undefined, 200), [{ durationMs: 50 }], true],
    [count({ min_spans: 2 }), [{}], false],
    [count({ min_spans: 2 }), [{}, {}], true],
    [count({ min_spans: 2, max_spans: 3 }), [{}, {}, {}], true],
    [count({ min_spans: 2, max_spans: 3 }), [{}, {}, {}, {}], false],
    [count({}), [{}], true],
    [status('ERROR'), [{}, { status: 'ERROR' }], true],
    [status('ERROR'), [{}, { status: 'OK' }], false],
    [status('OK', 'UNSET'), [{ status: 'UNSET' }], true],
    [status('OK'), [{ status: 'OK' }], true],
    [state, [{ traceState: createTraceState('other=1,vendor=debug') }], true],
    [state, [{ traceState: createTraceState('vendor=quiet') }], false],
    [state, [{}], false],
    [{ type: 'trace_flags' }, [{ traceFlags: TraceFlags.NONE }, {}], true],
    [{ type: 'trace_flags' }, [{ traceFlags: TraceFlags.NONE }], false],
    [oneSpanASecond, [{}], true],
    [oneSpanASecond, [{}, {}], false],
    [
      { type: 'bytes_limiting', bytes_limiting: { bytes_per_second: 1, burst_capacity: 100 } },
      [{ name: 'x'.repeat(32) }],
      true,
    ],
    [
      { type: 'bytes_limiting', bytes_limiting: { bytes_per_second: 1, burst_capacity: 100 } },
      [{ name: 'x'.repeat(33) }],
      false,
    ],
    [{ type: 'probabilistic', probabilistic: { sampling_percentage: 100 } }, [{}], true],
    [{ type: 'probabilistic', probabilistic: { sampling_percentage: 0 } }, [{}], false],
  ];
  it.each(cases)('%j on the spans %j: %j', (policy, spans, matches) => {
    const trace = traceOf(...spans);
    expect(rule([named(policy)]).decide(trace)).toBe(matches ? 'sampled' : 'not_sampled');
    const inverted: PolicyConfig = { name: 'inverted', type: 'not', not: { not_sub_policy: policy } };
    expect(rule([inverted]).decide(trace)).toBe(matches ? 'not_sampled' : 'sampled');
    const both = { name: 'both', type: 'and', and: { and_sub_policy: [always, policy] } } as const;
    expect(rule([both]).decide(trace)).toBe(matches ? 'sampled' : 'not_sampled');
    expect(rule([dropOf(always, policy), named(always)]).decide(trace)).toBe(matches ? 'dropped' : 'sampled');
    const composite: PolicyConfig = {
      name: 'composite',
      type: 'composite',
      composite: {
        max_total_spans_per_second: 100,
        composite_sub_policy: [
          { ...both, name: 'outer' },
          { name: 'inner', ...policy },
        ],
      },
    };
    expect(rule([composite]).decide(trace)).toBe(matches ? 'sampled' : 'not_sampled');
  });
});

describe('DecisionRule', () => {
  const failed = traceOf({ status: 'ERROR' });
  const fine = traceOf({});

  it('keeps what any policy matches, and nothing else', () => {
    const decisions = rule([named(errors), named(slow)]);
    expect(decisions.decide(failed)).toBe('sampled');
    expect(decisions.decide(traceOf({ durationMs: 2_000 }))).toBe('sampled');
    expect(decisions.decide(fine)).toBe('not_sampled');
  });

  it('drops what any drop policy matches, wherever it stands and whatever else matches', () => {
    expect(rule([named(always), dropOf(errors)]).decide(failed)).toBe('dropped');
    expect(rule([dropOf(errors), named(always)]).decide(fine)).toBe('sampled');
    expect(rule([dropOf(errors)]).decide(fine)).toBe('not_sampled');
  });

  it('counts a trace that another policy keeps against the limits', () => {
    const decisions = rule([named(errors), named(oneSpanASecond)]);
    expect(decisions.decide(failed)).toBe('sampled');
    expect(decisions.decide(fine)).toBe('not_sampled');
    expect(decisions.decide(failed)).toBe('sampled');
  });

  it('spares the limits after a match with sample_on_first_match', () => {
    const decisions = rule([named(errors), named(oneSpanASecond)], true);
    expect(decisions.decide(failed)).toBe('sampled');
    expect(decisions.decide(fine)).toBe('sampled');
    expect(decisions.decide(fine)).toBe('not_sampled');
  });

  it('counts an open trace as running until now', () => {
    const span = endedSpan({ durationMs: 1 });
    const open = {
      from: span.startTime,
      until: [span.startTime[0] + 1, span.startTime[1]] as [number, number],
    };
    expect(rule([named(slow)]).decide({ ...view([span]), open })).toBe('sampled');
    const justStarted = { from: span.startTime, until: span.startTime };
    expect(rule([named(slow)]).decide({ ...view([span]), open: justStarted })).toBe('not_sampled');
    expect(rule([named(slow)]).decide(view([]))).toBe('not_sampled');
  });

  it('judges a part by what further spans cannot turn round', () => {
    const part = (policy: BasicPolicyConfig, trace: TraceView): string =>
      rule([named(policy)]).decidePart(trace);
    expect(part(errors, failed)).toBe('sampled');
    expect(part(slow, traceOf({ durationMs: 1_000 }))).toBe('sampled');
    expect(part(always, fine)).toBe('sampled');
    expect(part(pair, traceOf({}, {}))).toBe('sampled');
    expect(part(single, fine)).toBe('not_sampled');
    expect(part({ type: 'latency', latency: { upper_threshold_ms: 9 } }, fine)).toBe('not_sampled');
    expect(part(oneSpanASecond, fine)).toBe('not_sampled');
    expect(rule([{ name: 'n', type: 'not', not: { not_sub_policy: errors } }]).decidePart(fine)).toBe(
      'not_sampled',
    );
    const failedAnd = (other: BasicPolicyConfig): PolicyConfig => ({
      name: 'a',
      type: 'and',
      and: { and_sub_policy: [errors, other] },
    });
    expect(rule([failedAnd(always)]).decidePart(failed)).toBe('sampled');
    expect(rule([failedAnd(single)]).decidePart(failed)).toBe('not_sampled');
    expect(rule([dropOf(errors), named(always)]).decidePart(failed)).toBe('dropped');
  });

  it('uses up no limit for a part', () => {
    const decisions = rule([named(oneSpanASecond), dropOf(errors, oneSpanASecond)]);
    expect(decisions.decidePart(failed)).toBe('not_sampled');
    expect(decisions.decidePart(fine)).toBe('not_sampled');
    expect(decisions.decide(fine)).toBe('sampled');
  });

  describe('and what it says', () => {
    const listen = (): string[] => {
      const said: string[] = [];
      const say = (message: string): void => void said.push(message);
      diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.WARN);
      said.length = 0;
      return said;
    };
    afterEach(() => diag.disable());

    it('keeps a trace that it cannot judge and says so', () => {
      const said = listen();
      const hostile = { ...endedSpan() };
      Object.defineProperty(hostile, 'status', {
        get: () => {
          throw new Error('hostile');
        },
      });
      expect(rule([named(errors)]).decide(view([hostile]))).toBe('sampled');
      expect(rule([named(errors)]).decidePart(view([hostile]))).toBe('sampled');
      expect(said).toEqual([
        '@tta/obs: a tail sampling policy failed, and the trace is kept:',
        '@tta/obs: a tail sampling policy failed, and the trace is kept:',
      ]);
    });

    it('leaves a resource alone that is still being detected, which makes the SDK complain', () => {
      const said = listen();
      const forced: BasicPolicyConfig = {
        type: 'boolean_attribute',
        boolean_attribute: { key: 'k', value: true },
      };
      const resource = resourceFromAttributes({ k: Promise.resolve(true) });
      expect(rule([named(forced)]).decide(traceOf({ resource }))).toBe('not_sampled');
      expect(said).toEqual([]);
    });
  });
});
