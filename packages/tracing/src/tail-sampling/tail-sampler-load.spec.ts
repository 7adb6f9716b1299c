import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import fc from 'fast-check';
import { endedSpan, nextSpanId, traceIdOf } from '../../test/ended-span.ts';
import { traceIds } from '../../test/sampling.ts';
import type { BasicPolicyConfig, PolicyConfig } from './policy-config.ts';
import { TailSampler } from './tail-sampler.ts';
import type { TailSamplingConfig } from './tail-sampling-config.ts';

/** Taken once: in Jest, reaching a global takes a hundred times as long as what it does. */
const { floor, max } = Math;
const noWork = {
  onStart: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

describe('TailSampler under load', () => {
  it('keeps every failed and every slow one of 100,000 interleaved traces whole, a tenth of the rest, within its bounds', () => {
    const traces = 100_000;
    const concurrent = 300;
    const random = seededRandom(2026);
    const clock = new ManualClock();
    const kept = new Map<string, number>();
    const config: TailSamplingConfig = {
      num_traces: 400,
      policies: [
        { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
        { name: 'slow', type: 'latency', latency: { threshold_ms: 1_000 } },
        { name: 'tenth', type: 'probabilistic', probabilistic: { sampling_percentage: 10 } },
        { name: 'limit', type: 'rate_limiting', rate_limiting: { spans_per_second: 1, burst_capacity: 1 } },
      ],
    };
    const next = {
      ...noWork,
      onEnd(span: ReadableSpan) {
        const { traceId } = span.spanContext();
        kept.set(traceId, (kept.get(traceId) ?? 0) + 1);
      },
    };
    const limitBytes = 2_000_000;
    const sampler = new TailSampler({ config, next, clock, limitBytes });

    const nextTraceId = traceIds(2026);
    const failed = new Set<string>();
    const slow = new Set<string>();
    let spanCount = 0;
    /** The spans of one trace from the leaves to the root; each was started before the first ends. */
    const nextTrace = (): ReadableSpan[] => {
      const traceId = nextTraceId();
      const length = 1 + floor(random.next() * 5);
      const failing = random.next() < 0.01 ? floor(random.next() * length) : -1;
      const isSlow = random.next() < 0.01;
      if (failing >= 0) failed.add(traceId);
      if (isSlow) slow.add(traceId);
      spanCount += length;
      const spans = Array.from({ length }, (_, at) =>
        endedSpan({
          traceId,
          status: at === failing ? 'ERROR' : 'UNSET',
          startMs: clock.now(),
          durationMs: isSlow && at === length - 1 ? 1_000 + random.next() * 5_000 : random.next() * 900,
        }),
      );
      for (const span of spans) sampler.onStart(span);
      return spans;
    };

    const open: ReadableSpan[][] = [];
    let [started, peakBytes, peakTraces, peakSpans] = [0, 0, 0, 0];
    while (started < traces || open.length > 0) {
      if (started < traces && open.length < concurrent) {
        open.push(nextTrace());
        started++;
        if (open.length < concurrent) continue;
      }
      const at = floor(random.next() * open.length);
      const span = open[at]?.shift();
      if (span) sampler.onEnd(span);
      if (open[at]?.length === 0) open.splice(at, 1);
      if (started % 100 === 0) clock.spend(1);
      if (started % 16 > 0) continue;
      const { waitingBytes, openTraces, waitingSpans } = sampler.counts;
      peakBytes = max(peakBytes, waitingBytes);
      peakTraces = max(peakTraces, openTraces);
      peakSpans = max(peakSpans, waitingSpans);
    }

    const { counts } = sampler;
    expect(failed.size).toBeGreaterThan(800);
    expect(slow.size).toBeGreaterThan(800);
    expect([...failed, ...slow].filter((traceId) => !kept.has(traceId))).toEqual([]);
    expect(counts).toMatchObject({
      evictedTraces: 0,
      openTraces: 0,
      waitingSpans: 0,
      waitingBytes: 0,
    });
    expect(counts.keptTraces).toBe(kept.size);
    expect(counts.keptTraces + counts.droppedTraces).toBe(traces);
    expect(counts.keptSpans + counts.droppedSpans).toBe(spanCount);
    expect([...kept.values()].reduce((sum, spans) => sum + spans, 0)).toBe(counts.keptSpans);
    const special = new Set([...failed, ...slow]).size;
    const share = (counts.keptTraces - special) / (traces - special);
    // Beyond 99.9 % confidence there are the few that the limit let through.
    expect(Math.abs(share - 0.1)).toBeLessThan(3.291 * Math.sqrt((0.1 * 0.9) / (traces - special)) + 0.001);
    expect(peakTraces).toBeLessThanOrEqual(400);
    expect(peakTraces).toBeGreaterThan(250);
    expect(peakBytes).toBeLessThanOrEqual(limitBytes);
    expect(peakSpans).toBeGreaterThan(200);
  });

  const count = fc.integer({ min: 0, max: 6 });
  const basic: fc.Arbitrary<BasicPolicyConfig> = fc.oneof(
    fc.constantFrom<BasicPolicyConfig>({ type: 'always_sample' }, { type: 'trace_flags' }),
    fc.tuple(count, count).map(([lower, upper]): BasicPolicyConfig => ({
      type: 'latency',
      latency: { threshold_ms: lower * 50, upper_threshold_ms: upper * 50 },
    })),
    fc.constantFrom<BasicPolicyConfig>(
      { type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      { type: 'status_code', status_code: { status_codes: ['OK', 'UNSET'] } },
      { type: 'boolean_attribute', boolean_attribute: { key: 'flag', value: true, invert_match: true } },
      { type: 'trace_state', trace_state: { key: 'vendor', values: ['x'] } },
      {
        type: 'string_attribute',
        string_attribute: { key: 'text', values: ['a.*'], enabled_regex_matching: true },
      },
    ),
    count.map((min): BasicPolicyConfig => ({
      type: 'numeric_attribute',
      numeric_attribute: { key: 'size', min_value: min + 1 },
    })),
    count.map((spans): BasicPolicyConfig => ({
      type: 'span_count',
      span_count: { min_spans: 1, max_spans: spans },
    })),
    count.map((spans): BasicPolicyConfig => ({
      type: 'rate_limiting',
      rate_limiting: { spans_per_second: spans },
    })),
    count.map((kilobytes): BasicPolicyConfig => ({
      type: 'bytes_limiting',
      bytes_limiting: { bytes_per_second: kilobytes * 1_000 },
    })),
    count.map((tens): BasicPolicyConfig => ({
      type: 'probabilistic',
      probabilistic: { sampling_percentage: tens * 20 },
    })),
  );
  const policy: fc.Arbitrary<PolicyConfig> = fc.oneof(
    basic.map((config): PolicyConfig => ({ name: '', ...config })),
    basic.map((config): PolicyConfig => ({ name: '', type: 'not', not: { not_sub_policy: config } })),
    fc
      .array(basic, { minLength: 1, maxLength: 3 })
      .map((configs): PolicyConfig => ({ name: '', type: 'and', and: { and_sub_policy: configs } })),
    fc
      .array(basic, { minLength: 1, maxLength: 3 })
      .map((configs): PolicyConfig => ({ name: '', type: 'drop', drop: { drop_sub_policy: configs } })),
    fc.tuple(fc.array(basic, { minLength: 1, maxLength: 3 }), count).map(([configs, max]): PolicyConfig => ({
      name: '',
      type: 'composite',
      composite: {
        max_total_spans_per_second: max * 3,
        composite_sub_policy: configs.map((config, at) => ({ name: `${at}`, ...config })),
      },
    })),
  );
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ start: fc.integer({ min: 0, max: 12 }) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        end: fc.nat(),
        status: fc.constantFrom('UNSET', 'OK', 'ERROR'),
        durationMs: fc.integer({ min: 0, max: 300 }),
        attributes: fc.record(
          {
            flag: fc.boolean(),
            text: fc.nat(2_000).map((length) => (length % 2 ? 'a' : 'x').repeat(length)),
            size: count,
          },
          { requiredKeys: [] },
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ waitMs: fc.integer({ min: 0, max: 2_000 }) }) },
  );
  const config = fc.record({
    policies: fc
      .array(policy, { minLength: 1, maxLength: 4 })
      .map((policies) => policies.map((entry, at) => ({ ...entry, name: `policy ${at}` }))),
    num_traces: fc.integer({ min: 1, max: 8 }),
    decision_wait: fc.constantFrom('0s', '300ms', '1s'),
    sample_on_first_match: fc.boolean(),
    drop_pending_traces_on_shutdown: fc.boolean(),
    maximum_trace_size_bytes: fc.constantFrom(0, 4_000),
  });

  it('loses no span, doubles none and stays within its bounds, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        config,
        fc.array(action, { maxLength: 120, size: 'max' }),
        async (settings, actions) => {
          const clock = new ManualClock();
          const kept: ReadableSpan[] = [];
          const next = { ...noWork, onEnd: (span: ReadableSpan) => void kept.push(span) };
          const limitBytes = 12_000;
          const sampler = new TailSampler({ config: settings, next, clock, limitBytes });
          const open: { readonly index: number; readonly spanId: string }[] = [];
          const ended: ReadableSpan[] = [];
          let isRight = true;
          for (const step of actions) {
            if ('start' in step) {
              const span = { index: step.start, spanId: nextSpanId() };
              sampler.onStart(endedSpan({ traceId: traceIdOf(span.index), spanId: span.spanId }));
              open.push(span);
            } else if ('waitMs' in step) {
              await clock.advance(step.waitMs);
            } else if (open.length > 0) {
              const [{ index, spanId } = { index: 0, spanId: '' }] = open.splice(step.end % open.length, 1);
              const { status, durationMs, attributes } = step;
              const span = endedSpan({ traceId: traceIdOf(index), spanId, status, durationMs, attributes });
              ended.push(span);
              sampler.onEnd(span);
            }
            const { counts } = sampler;
            isRight &&=
              counts.openTraces <= settings.num_traces &&
              counts.waitingBytes <= limitBytes &&
              counts.keptSpans === kept.length &&
              counts.keptSpans + counts.droppedSpans + counts.waitingSpans === ended.length &&
              clock.pendingTimers === (counts.waitingBytes > 0 ? 1 : 0);
          }
          expect(isRight).toBe(true);
          await sampler.shutdown();
          expect(sampler.counts.keptSpans + sampler.counts.droppedSpans).toBe(ended.length);
          expect(clock.pendingTimers).toBe(0);
          expect(new Set(kept).size).toBe(kept.length);
          expect(kept.every((span) => ended.includes(span))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps or drops what of a trace is open together as one, and keeps all that follows on what is kept', () => {
    const step = fc.record({
      trace: fc.integer({ min: 0, max: 2 }),
      does: fc.constantFrom('start', 'start', 'start', 'start', 'end', 'end', 'end', 'fail'),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const kept = new Set<ReadableSpan>();
        const sampler = new TailSampler({
          config: {
            policies: [{ name: 'e', type: 'status_code', status_code: { status_codes: ['ERROR'] } }],
          },
          next: { ...noWork, onEnd: (span) => void kept.add(span) },
          clock: new ManualClock(),
        });
        // A part is kept when it, or one before it, has a span that failed.
        const expected = new Set<ReadableSpan>();
        const traces = Array.from({ length: 3 }, () => ({
          open: [] as string[],
          part: [] as ReadableSpan[],
          hasFailed: false,
        }));
        for (const { trace: index, does, which } of steps) {
          const [trace, traceId] = [traces[index]!, traceIdOf(index)];
          if (does === 'start') {
            const spanId = nextSpanId();
            sampler.onStart(endedSpan({ traceId, spanId }));
            trace.open.push(spanId);
          } else if (trace.open.length > 0) {
            const [spanId] = trace.open.splice(which % trace.open.length, 1) as [string];
            const span = endedSpan({ traceId, spanId, status: does === 'fail' ? 'ERROR' : 'UNSET' });
            trace.part.push(span);
            trace.hasFailed ||= does === 'fail';
            sampler.onEnd(span);
            if (trace.open.length > 0) continue;
            if (trace.hasFailed) for (const each of trace.part) expected.add(each);
            trace.part = [];
          }
        }
        sampler.decideOpenTraces();
        for (const { hasFailed, part } of traces) if (hasFailed) for (const each of part) expected.add(each);
        expect([...kept].filter((span) => !expected.has(span))).toEqual([]);
        expect([...expected].filter((span) => !kept.has(span))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every failed span and all that end after it, however little room there is', () => {
    fc.assert(
      fc.property(config, fc.array(action, { maxLength: 120, size: 'max' }), (settings, actions) => {
        const kept = new Set<ReadableSpan>();
        const sampler = new TailSampler({
          config: {
            num_traces: settings.num_traces,
            decision_cache: { sampled_cache_size: 100, non_sampled_cache_size: 100 },
            policies: [
              { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
              { name: 'limit', type: 'rate_limiting', rate_limiting: { spans_per_second: 3 } },
            ],
          },
          next: { ...noWork, onEnd: (span) => void kept.add(span) },
          clock: new ManualClock(),
          limitBytes: 5_000,
        });
        const open: { readonly index: number; readonly spanId: string }[] = [];
        const failed = new Set<number>();
        const owed: ReadableSpan[] = [];
        for (const step of actions) {
          if ('start' in step) {
            const span = { index: step.start, spanId: nextSpanId() };
            sampler.onStart(endedSpan({ traceId: traceIdOf(span.index), spanId: span.spanId }));
            open.push(span);
          } else if ('status' in step && open.length > 0) {
            const [{ index, spanId } = { index: 0, spanId: '' }] = open.splice(step.end % open.length, 1);
            const { status, attributes } = step;
            const span = endedSpan({ traceId: traceIdOf(index), spanId, status, attributes });
            if (status === 'ERROR') failed.add(index);
            if (failed.has(index)) owed.push(span);
            sampler.onEnd(span);
          }
        }
        sampler.decideOpenTraces();
        expect(owed.filter((span) => !kept.has(span))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
