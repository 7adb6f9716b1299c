import {
  TraceFlags,
  context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { NodeTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { endedSpan, nextSpanId, type SpanFacts, traceIdOf } from '../../test/ended-span.ts';
import type { PolicyConfig } from './policy-config.ts';
import { TailSampler, type TailSamplerOptions } from './tail-sampler.ts';
import type { TailSamplingConfig } from './tail-sampling-config.ts';

const errors: PolicyConfig = {
  name: 'errors',
  type: 'status_code',
  status_code: { status_codes: ['ERROR'] },
};
const slow: PolicyConfig = { name: 'slow', type: 'latency', latency: { threshold_ms: 5_000 } };
const none: PolicyConfig = { name: 'none', type: 'probabilistic', probabilistic: { sampling_percentage: 0 } };
const all: PolicyConfig = { name: 'all', type: 'always_sample' };
const dropMarked: PolicyConfig = {
  name: 'marked',
  type: 'drop',
  drop: {
    drop_sub_policy: [{ type: 'boolean_attribute', boolean_attribute: { key: 'marked', value: true } }],
  },
};

/** What a destination sees. */
class Sink implements SpanProcessor {
  readonly spans: ReadableSpan[] = [];
  readonly calls: string[] = [];

  onStart(): void {
    this.calls.push('onStart');
  }

  onEnd(span: ReadableSpan): void {
    this.spans.push(span);
  }

  forceFlush(): Promise<void> {
    this.calls.push('forceFlush');
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.calls.push(`shutdown after ${this.spans.length}`);
    return Promise.resolve();
  }

  get names(): string[] {
    return this.spans.map(({ name }) => name);
  }
}

/** A clock whose time of day somebody sets. */
class SetClock extends ManualClock {
  #aheadMs = 0;

  override now(): number {
    return super.now() + this.#aheadMs;
  }

  putForward(ms: number): void {
    this.#aheadMs += ms;
  }
}

interface Rig {
  readonly sampler: TailSampler;
  readonly sink: Sink;
  readonly clock: SetClock;
  /** Starts a span; the function that it returns ends it. */
  begin(traceIndex: number, name: string, facts?: SpanFacts): (facts?: SpanFacts) => void;
}

function rig(
  config: Partial<TailSamplingConfig> = {},
  options: Partial<Omit<TailSamplerOptions, 'config'>> = {},
): Rig {
  const sink = new Sink();
  const clock = new SetClock();
  const sampler = new TailSampler({
    config: { policies: [errors, slow], ...config },
    next: sink,
    clock,
    ...options,
  });
  return {
    sampler,
    sink,
    clock,
    begin(traceIndex, name, facts = {}) {
      const startMs = clock.now();
      const started = { traceId: traceIdOf(traceIndex), spanId: nextSpanId(), name, startMs, ...facts };
      sampler.onStart(endedSpan(started));
      return (late = {}) =>
        sampler.onEnd(endedSpan({ ...started, durationMs: clock.now() - startMs, ...late }));
    },
  };
}

afterEach(() => diag.disable());

describe('TailSampler', () => {
  it('has nothing to decide about traces that were not sampled at their start', () => {
    const { sampler, sink, begin } = rig({ policies: [all] });
    begin(1, 'unsampled', { traceFlags: TraceFlags.NONE })({ traceFlags: TraceFlags.NONE });
    expect(sink.names).toEqual([]);
    expect(sampler.counts).toMatchObject({ keptTraces: 0, droppedTraces: 0, openTraces: 0, waitingSpans: 0 });
  });

  it('keeps or drops a trace as a whole in the moment in which its last span ends', () => {
    const { sampler, sink, begin } = rig();
    const [root, child] = [begin(0, 'root'), begin(0, 'child')];
    const [otherRoot, otherChild] = [begin(1, 'other root'), begin(1, 'other child')];
    child({ status: 'ERROR' });
    otherChild();
    expect(sampler.counts).toMatchObject({ openTraces: 2, waitingSpans: 2, keptSpans: 0, droppedSpans: 0 });
    root();
    expect(sink.names).toEqual(['child', 'root']);
    otherRoot();
    expect(sampler.counts).toEqual({
      keptTraces: 1,
      droppedTraces: 1,
      keptSpans: 2,
      droppedSpans: 2,
      evictedTraces: 0,
      openTraces: 0,
      waitingSpans: 0,
      waitingBytes: 0,
    });
    expect(sink.calls).toEqual([]);
  });

  it('keeps a failed trace although a limit is used up, and drops it for a drop policy alone', () => {
    const limit: PolicyConfig = {
      name: 'limit',
      type: 'rate_limiting',
      rate_limiting: { spans_per_second: 0 },
    };
    const { sink, begin } = rig({ policies: [limit, errors, dropMarked] });
    begin(0, 'fine')();
    begin(1, 'failed')({ status: 'ERROR' });
    begin(2, 'failed and marked')({ status: 'ERROR', attributes: { marked: true } });
    expect(sink.names).toEqual(['failed']);
  });

  it('works as the processor of a provider', async () => {
    const sink = new Sink();
    const sampler = new TailSampler({ config: { policies: [errors] }, next: sink });
    const provider = new NodeTracerProvider({ spanProcessors: [sampler] });
    const tracer = provider.getTracer('spec');
    const under = (parent: Span, name: string): Span =>
      tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent));
    for (const isFailing of [true, false]) {
      const root = tracer.startSpan(`root ${isFailing}`, {}, ROOT_CONTEXT);
      const child = under(root, `child ${isFailing}`);
      if (isFailing) child.setStatus({ code: SpanStatusCode.ERROR });
      child.end();
      expect(sink.spans).toHaveLength(isFailing ? 0 : 2);
      root.end();
    }
    expect(sink.names).toEqual(['child true', 'root true']);
    await provider.forceFlush();
    const open = tracer.startSpan('open', {}, context.active());
    under(open, 'failed').setStatus({ code: SpanStatusCode.ERROR }).end();
    await provider.shutdown();
    expect(sink.names).toEqual(['child true', 'root true', 'failed']);
    expect(sink.calls).toEqual(['forceFlush', 'shutdown after 3']);
  });

  describe('with a trace that stays open', () => {
    it('keeps what it has after decision_wait if a policy says so already, and what ends later at once', async () => {
      const { sampler, sink, clock, begin } = rig({ decision_wait: '10s', policies: [errors] });
      const root = begin(0, 'root');
      begin(0, 'first')({ status: 'ERROR' });
      await clock.advance(9_999);
      expect(sink.names).toEqual([]);
      await clock.advance(1);
      expect(sink.names).toEqual(['first']);
      expect(sampler.counts).toMatchObject({ keptTraces: 1, openTraces: 1, waitingSpans: 0 });
      begin(0, 'second')();
      expect(sink.names).toEqual(['first', 'second']);
      root();
      expect(sink.names).toEqual(['first', 'second', 'root']);
      expect(sampler.counts).toMatchObject({ keptTraces: 1, keptSpans: 3, openTraces: 0 });
      begin(0, 'late')();
      expect(sink.names).toContain('late');
    });

    it('remembers that it was kept from its end on, however long it was open', async () => {
      const { sink, clock, begin } = rig({ num_traces: 2, decision_wait: '1s', policies: [errors] });
      const root = begin(0, 'root');
      begin(0, 'failed')({ status: 'ERROR' });
      await clock.advance(1_000);
      for (let index = 1; index <= 10; index++) begin(index, 'other')({ status: 'ERROR' });
      root();
      begin(0, 'late')();
      expect(sink.names.filter((name) => name !== 'other')).toEqual(['failed', 'root', 'late']);
    });

    it('holds the others on, so that an error at their end keeps them whole', async () => {
      const { sampler, sink, clock, begin } = rig({ policies: [errors] });
      const root = begin(0, 'root');
      begin(0, 'step')();
      await clock.advance(3_600_000);
      expect(sampler.counts).toMatchObject({ waitingSpans: 1, evictedTraces: 0 });
      root({ status: 'ERROR' });
      expect(sink.names).toEqual(['step', 'root']);
    });

    it('does not take it for slow because somebody set the clock', async () => {
      const { sink, clock, begin } = rig({ decision_wait: '1s' });
      const root = begin(0, 'root', { startMs: clock.now() - 1_000 });
      begin(0, 'step')();
      clock.putForward(3_600_000);
      await clock.advance(3_000);
      expect(sink.names).toEqual([]);
      await clock.advance(1_000);
      expect(sink.names).toEqual(['step']);
      root();
    });

    it('looks at it again and again', async () => {
      const { sink, clock, begin } = rig({ decision_wait: '1s', policies: [errors] });
      begin(0, 'root');
      begin(0, 'first')();
      await clock.advance(1_500);
      begin(0, 'second')({ status: 'ERROR' });
      await clock.advance(499);
      expect(sink.names).toEqual([]);
      await clock.advance(1);
      expect(sink.names).toEqual(['first', 'second']);
    });

    it('keeps it as slow before its first slow span has ended', async () => {
      const { sink, clock, begin } = rig({ decision_wait: '4s' });
      begin(0, 'root');
      begin(0, 'step')();
      await clock.advance(4_000);
      expect(sink.names).toEqual([]);
      await clock.advance(4_000);
      expect(sink.names).toEqual(['step']);
    });

    it('does not keep it by a policy that its next span could turn round', async () => {
      const small: PolicyConfig = { name: 'small', type: 'span_count', span_count: { max_spans: 2 } };
      const { sink, clock, begin } = rig({ decision_wait: '1s', policies: [small] });
      const root = begin(0, 'root');
      begin(0, 'first')();
      await clock.advance(5_000);
      begin(0, 'second')();
      root();
      expect(sink.names).toEqual([]);
    });

    it('does not spin with a decision_wait of 0', async () => {
      const { sink, clock, begin } = rig({ decision_wait: '0s', policies: [errors] });
      begin(0, 'root');
      begin(0, 'first')({ status: 'ERROR' });
      await clock.advance(99);
      expect(sink.names).toEqual([]);
      await clock.advance(1);
      expect(sink.names).toEqual(['first']);
    });
  });

  it('has one timer while spans wait, and none otherwise', async () => {
    const { clock, begin } = rig({ decision_wait: '10s', policies: [errors] });
    const root = begin(0, 'root');
    expect(clock.pendingTimers).toBe(0);
    begin(0, 'step')();
    const otherRoot = begin(1, 'other');
    begin(1, 'other step')();
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(25_000);
    expect(clock.pendingTimers).toBe(1);
    root();
    expect(clock.pendingTimers).toBe(1);
    otherRoot();
    expect(clock.pendingTimers).toBe(0);
  });

  describe('with a trace that goes on after its decision', () => {
    it('keeps all that comes after what was kept', () => {
      const { sampler, sink, begin } = rig({ policies: [errors] });
      begin(0, 'failed')({ status: 'ERROR' });
      begin(0, 'after failed')();
      expect(sink.names).toEqual(['failed', 'after failed']);
      expect(sampler.counts).toMatchObject({ keptTraces: 1, droppedTraces: 0, openTraces: 0 });
    });

    it('decides after what was dropped the new part as a whole, and drops nothing from then on', () => {
      const { sampler, sink, begin } = rig({ policies: [errors] });
      begin(0, 'first run')();
      begin(0, 'second run')();
      const third = begin(0, 'third run');
      begin(0, 'load')();
      begin(0, 'write')({ status: 'ERROR' });
      expect(sampler.counts).toMatchObject({ openTraces: 1, waitingSpans: 2 });
      third();
      begin(0, 'fourth run')();
      expect(sink.names).toEqual(['load', 'write', 'third run', 'fourth run']);
      expect(sampler.counts).toMatchObject({
        keptTraces: 1,
        droppedTraces: 1,
        keptSpans: 4,
        droppedSpans: 2,
      });
    });

    it('measures the new part from its own beginning', async () => {
      const { sink, clock, begin } = rig();
      begin(0, 'first run')();
      await clock.advance(60_000);
      begin(0, 'second run')();
      const third = begin(0, 'third run');
      begin(0, 'step')();
      await clock.advance(5_000);
      third();
      expect(sink.names).toEqual(['step', 'third run']);
    });

    it('asks all policies about the new part, limits too', async () => {
      const limit: PolicyConfig = {
        name: 'limit',
        type: 'rate_limiting',
        rate_limiting: { spans_per_second: 1, burst_capacity: 1 },
      };
      const { sink, clock, begin } = rig({ policies: [limit] });
      begin(1, 'other trace')();
      begin(0, 'first run')();
      await clock.advance(1_000);
      begin(0, 'second run')();
      expect(sink.names).toEqual(['other trace', 'second run']);
    });

    it('keeps nothing after a drop policy has dropped a part', () => {
      const { sampler, sink, begin } = rig({ policies: [errors, dropMarked] });
      begin(0, 'fine')();
      begin(0, 'failed and marked')({ status: 'ERROR', attributes: { marked: true } });
      begin(0, 'failed')({ status: 'ERROR' });
      expect(sink.names).toEqual([]);
      expect(sampler.counts).toMatchObject({ droppedTraces: 1, droppedSpans: 3, openTraces: 0 });
    });
  });

  describe('with spans that were open when their trace was decided', () => {
    it.each<[string, SpanFacts]>([
      ['failed', { status: 'ERROR' }],
      ['slow', { durationMs: 5_000 }],
    ])('keeps one that is %s, and all that end after it', (name, facts) => {
      const { sampler, sink, begin } = rig();
      const ends = ['dropped too', name, 'after it'].map((each) => begin(0, each));
      begin(0, 'dropped')();
      sampler.decideOpenTraces();
      for (const [at, end] of ends.entries()) end(at === 1 ? facts : {});
      expect(sink.names).toEqual([name, 'after it']);
      expect(sampler.counts).toMatchObject({
        keptTraces: 1,
        droppedTraces: 1,
        keptSpans: 2,
        droppedSpans: 2,
      });
    });

    it('decides them with a new part of the trace, whose end they are not', () => {
      const { sampler, sink, begin } = rig({ policies: [errors] });
      const [before, failing] = [begin(0, 'before'), begin(0, 'failing')];
      begin(0, 'dropped')();
      sampler.decideOpenTraces();
      const part = begin(0, 'part');
      begin(0, 'step')();
      before();
      expect(sampler.counts).toMatchObject({ openTraces: 1, waitingSpans: 2 });
      failing({ status: 'ERROR' });
      expect(sampler.counts).toMatchObject({ openTraces: 1, waitingSpans: 3 });
      part();
      expect(sink.names).toEqual(['step', 'before', 'failing', 'part']);
    });

    it('keeps none by a policy that judges whole traces or limits', () => {
      const policies: PolicyConfig[] = [
        { name: 'pairs', type: 'span_count', span_count: { min_spans: 1, max_spans: 1 } },
        { name: 'limit', type: 'rate_limiting', rate_limiting: { spans_per_second: 2, burst_capacity: 2 } },
        {
          name: 'not long',
          type: 'not',
          not: { not_sub_policy: { type: 'span_count', span_count: { min_spans: 3 } } },
        },
      ];
      const { sampler, sink, begin } = rig({ policies });
      const late = begin(0, 'late');
      for (const name of ['a', 'b', 'c']) begin(0, name)();
      sampler.decideOpenTraces();
      late();
      expect(sink.names).toEqual([]);
    });

    it('does not keep one that a drop policy matches, nor one of a trace that such a policy dropped', () => {
      const { sampler, sink, begin } = rig({ policies: [errors, dropMarked] });
      const late = [0, 1].map((index) => begin(index, 'late'));
      begin(0, 'marked')({ attributes: { marked: true } });
      begin(1, 'fine')();
      sampler.decideOpenTraces();
      late[0]?.({ status: 'ERROR' });
      late[1]?.({ status: 'ERROR', attributes: { marked: true } });
      expect(sink.names).toEqual([]);
    });

    it('decides a span alone whose trace it does not know', () => {
      const { sampler, sink } = rig({ policies: [errors] });
      sampler.onEnd(endedSpan({ name: 'began before', traceId: traceIdOf(7), status: 'ERROR' }));
      sampler.onEnd(endedSpan({ name: 'began before too', traceId: traceIdOf(8) }));
      expect(sink.names).toEqual(['began before']);
      expect(sampler.counts).toMatchObject({ keptTraces: 1, droppedTraces: 1, openTraces: 0 });
    });

    it('remembers decision_cache decisions beyond num_traces', () => {
      const remembered = (config: Partial<TailSamplingConfig>): string[] => {
        const { sink, begin } = rig({ num_traces: 1, policies: [errors], ...config });
        begin(0, 'failed')({ status: 'ERROR' });
        for (let index = 1; index <= 50; index++) begin(index, 'failed')({ status: 'ERROR' });
        begin(0, 'late')();
        return sink.names.filter((name) => name === 'late');
      };
      expect(remembered({})).toEqual([]);
      expect(remembered({ decision_cache: { sampled_cache_size: 60 } })).toEqual(['late']);
      expect(remembered({ decision_cache: { non_sampled_cache_size: 60 } })).toEqual([]);
    });
  });

  describe('without room', () => {
    it('decides the oldest of num_traces with what is known', () => {
      const { sampler, sink, begin } = rig({ num_traces: 2, policies: [errors] });
      const roots = [begin(0, 'root 0'), begin(1, 'root 1')];
      begin(0, 'failed')({ status: 'ERROR' });
      begin(1, 'fine')();
      begin(2, 'root 2');
      expect(sink.names).toEqual(['failed']);
      expect(sampler.counts).toMatchObject({ openTraces: 2, evictedTraces: 1, keptTraces: 1 });
      begin(3, 'root 3');
      expect(sampler.counts).toMatchObject({
        openTraces: 2,
        evictedTraces: 2,
        droppedTraces: 1,
        droppedSpans: 1,
      });
      for (const end of roots) end();
      expect(sink.names).toEqual(['failed', 'root 0']);
    });

    it('keeps of an evicted trace the span that fails and what ends after it', () => {
      const { sampler, sink, begin } = rig({ num_traces: 1, policies: [errors] });
      const root = begin(0, 'root');
      const step = begin(0, 'step');
      begin(0, 'fine')();
      begin(1, 'other');
      step({ status: 'ERROR' });
      root();
      expect(sink.names).toEqual(['step', 'root']);
      expect(sampler.counts).toMatchObject({ evictedTraces: 1, keptTraces: 1, droppedSpans: 1 });
    });

    it('counts an evicted trace as slow that has been open for so long', async () => {
      const { sink, clock, begin } = rig({ num_traces: 1 });
      begin(0, 'root');
      begin(0, 'step')();
      await clock.advance(5_000);
      begin(1, 'other');
      expect(sink.names).toEqual(['step']);
    });

    it('forgets a trace of which nothing has ended', () => {
      const { sampler, sink, begin } = rig({ num_traces: 1, policies: [errors] });
      const end = begin(0, 'forgotten');
      begin(1, 'other');
      expect(sampler.counts).toMatchObject({ evictedTraces: 1, openTraces: 1, droppedTraces: 0 });
      end({ status: 'ERROR' });
      expect(sink.names).toEqual(['forgotten']);
    });

    it('remembers that an evicted trace was kept', async () => {
      const { sampler, sink, clock, begin } = rig({ num_traces: 1, decision_wait: '1s', policies: [errors] });
      const root = begin(0, 'root');
      begin(0, 'failed')({ status: 'ERROR' });
      await clock.advance(1_000);
      begin(1, 'other');
      root();
      expect(sink.names).toEqual(['failed', 'root']);
      expect(sampler.counts).toMatchObject({ evictedTraces: 0 });
    });

    it('decides the oldest with waiting spans when limitBytes is passed', () => {
      const { sampler, sink, begin } = rig({ policies: [errors] }, { limitBytes: 10_000 });
      begin(0, 'empty');
      begin(1, 'root');
      begin(1, 'failed')({ status: 'ERROR' });
      const root = begin(2, 'root');
      begin(2, 'small')();
      expect(sink.names).toEqual([]);
      begin(2, 'large')({ attributes: { text: 'x'.repeat(3_500) } });
      expect(sink.names).toEqual(['failed']);
      expect(sampler.counts).toMatchObject({ evictedTraces: 1, openTraces: 2, waitingSpans: 2 });
      begin(2, 'larger than all')({ attributes: { text: 'x'.repeat(5_000) } });
      expect(sampler.counts).toMatchObject({
        evictedTraces: 2,
        waitingSpans: 0,
        waitingBytes: 0,
        droppedSpans: 3,
      });
      root();
      expect(sampler.counts).toMatchObject({ droppedSpans: 4, openTraces: 1 });
    });

    it('drops a trace beyond maximum_trace_size_bytes, errors or not', () => {
      const { sampler, sink, begin } = rig({ policies: [errors], maximum_trace_size_bytes: 4_000 });
      const root = begin(0, 'root');
      begin(0, 'first')({ status: 'ERROR' });
      expect(sampler.counts).toMatchObject({ droppedTraces: 0 });
      begin(0, 'second')({ attributes: { text: 'x'.repeat(1_000) } });
      expect(sampler.counts).toMatchObject({ droppedTraces: 1, droppedSpans: 2, openTraces: 0 });
      root({ status: 'ERROR' });
      expect(sink.names).toEqual([]);
    });
  });

  it('leaves open traces alone when it is flushed', async () => {
    const { sampler, sink, begin } = rig({ policies: [all] });
    const root = begin(0, 'root');
    begin(0, 'step')();
    await sampler.forceFlush();
    expect(sink.calls).toEqual(['forceFlush']);
    expect(sink.names).toEqual([]);
    root();
    expect(sink.names).toEqual(['step', 'root']);
  });

  describe('when it ends', () => {
    it('decides open traces with what is known before it shuts down what comes next', async () => {
      const { sampler, sink, clock, begin } = rig({ policies: [errors] });
      begin(0, 'root');
      begin(0, 'failed')({ status: 'ERROR' });
      begin(1, 'other root');
      begin(1, 'fine')();
      begin(2, 'empty');
      await sampler.shutdown();
      expect(sink.names).toEqual(['failed']);
      expect(sink.calls).toEqual(['shutdown after 1']);
      expect(sampler.counts).toMatchObject({
        keptTraces: 1,
        droppedTraces: 1,
        openTraces: 0,
        waitingBytes: 0,
      });
      expect(clock.pendingTimers).toBe(0);
    });

    it('drops them with drop_pending_traces_on_shutdown', async () => {
      const { sampler, sink, begin } = rig({ policies: [all], drop_pending_traces_on_shutdown: true });
      begin(0, 'root');
      begin(0, 'step')();
      await sampler.shutdown();
      expect(sink.calls).toEqual(['shutdown after 0']);
      expect(sampler.counts).toMatchObject({
        keptTraces: 0,
        droppedTraces: 1,
        droppedSpans: 1,
        openTraces: 0,
      });
    });

    it('takes nothing more', async () => {
      const { sampler, sink, begin } = rig({ policies: [all] });
      const open = begin(0, 'open');
      await sampler.shutdown();
      open();
      begin(1, 'after')();
      expect(sink.names).toEqual([]);
      expect(sampler.counts).toMatchObject({ droppedSpans: 2, openTraces: 0 });
    });

    it('decides open traces in one call for a process that dies', () => {
      const { sampler, sink, begin } = rig({ policies: [errors] });
      const root = begin(0, 'root');
      begin(0, 'failed')({ status: 'ERROR' });
      sampler.decideOpenTraces();
      expect(sink.names).toEqual(['failed']);
      root();
      expect(sink.names).toEqual(['failed', 'root']);
    });
  });

  it('goes on when what comes next throws', () => {
    const said: unknown[] = [];
    const say = (...words: unknown[]): void => void said.push(words);
    diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.WARN);
    said.length = 0;
    const sink = new Sink();
    const failure = new Error('full');
    const next: SpanProcessor = {
      onStart: () => undefined,
      onEnd(span) {
        sink.onEnd(span);
        if (span.name === 'first') throw failure;
      },
      forceFlush: () => sink.forceFlush(),
      shutdown: () => sink.shutdown(),
    };
    const { begin } = rig({ policies: [all] }, { next });
    const root = begin(0, 'root');
    begin(0, 'first')();
    root();
    expect(sink.names).toEqual(['first', 'root']);
    expect(said).toEqual([['@tta/obs: the span processor behind tail sampling failed:', failure]]);
  });

  it.each([0, -1, Number.NaN, Infinity])('refuses limitBytes %d', (limitBytes) => {
    expect(() => rig({}, { limitBytes })).toThrow(InvalidOptionError);
  });

  it('refuses a configuration that cannot work', () => {
    expect(() => rig({ policies: [] })).toThrow(
      'policies is an empty list; give a list of at least one policy',
    );
    expect(() => rig({ policies: [none, none] })).toThrow('policies[1].name is "none"');
  });
});
