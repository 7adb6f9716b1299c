import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import { decide, parentSpan, traceIds } from '../../test/sampling.ts';
import { adaptive, type AdaptiveOptions } from './adaptive.ts';
import { adjustedCount } from './adjusted-count.ts';
import { compositeSampler } from './composite-sampler.ts';
import { parentThreshold } from './parent-threshold.ts';
import { ruleBased } from './rule-based.ts';

/** Taken once: in Jest, reaching a global takes a hundred times as long as what it does. */
const { abs, log } = Math;

interface Traffic {
  readonly seconds: number;
  /** Traces a second, at random distances. */
  readonly rate: number;
  /** The share of kept traces that fail. */
  readonly failing?: number;
}

/** A service with an adaptive sampler, under traffic that a seed makes. */
function service(options: Partial<AdaptiveOptions> = {}, seed = 1) {
  const clock = new ManualClock();
  const load = adaptive({ targetPerSecond: 100, clock, ...options });
  const sampler = compositeSampler(parentThreshold(load));
  const random = seededRandom(seed);
  const nextId = traceIds(seed);
  let restMs = 0;
  /** Kept traces a second, and what their adjusted counts say of the traffic. */
  const run = ({ seconds, rate, failing = 0 }: Traffic): { kept: number; counted: number } => {
    let kept = 0;
    let counted = 0;
    let leftMs = seconds * 1000;
    for (;;) {
      const gapMs = (-log(1 - random.next()) * 1000) / rate;
      if (gapMs > leftMs) break;
      leftMs -= gapMs;
      clock.spend(restMs + gapMs);
      restMs = 0;
      const traceId = nextId();
      const { decision, traceState } = decide(sampler, traceId);
      if (decision !== SamplingDecision.RECORD_AND_SAMPLED) continue;
      kept++;
      counted += adjustedCount({ ...parentSpan(traceId), ...(traceState && { traceState }) }) ?? Number.NaN;
      load.onEnd(random.next() < failing ? failed : succeeded);
    }
    restMs += leftMs;
    return { kept: kept / seconds, counted: counted / seconds };
  };
  return { load, clock, sampler, run };
}

/** A span of the SDK that has ended. */
function endedSpan(isFailed: boolean, parent?: SpanContext): ReadableSpan {
  const exporter = new InMemorySpanExporter();
  const tracer = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer(
    'test',
  );
  const span = tracer.startSpan(
    'work',
    {},
    parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
  );
  if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
  const [ended] = exporter.getFinishedSpans();
  if (ended === undefined) throw new Error('no span has ended');
  return ended;
}

const succeeded = endedSpan(false);
const failed = endedSpan(true);

const isNear = (value: number, target: number): boolean => abs(value / target - 1) <= 0.1;

describe('adaptive', () => {
  afterEach(() => diag.disable());

  it.each([1, 2, 3])(
    'is within a tenth of the target three intervals after a cold start and each tenfold step (seed %d)',
    (seed) => {
      const { run } = service({}, seed);
      for (const rate of [150, 1500, 150]) {
        run({ seconds: 30, rate });
        const { kept, counted } = run({ seconds: 10, rate });
        expect(isNear(kept, 100)).toBe(true);
        expect(isNear(counted, rate)).toBe(true);
      }
    },
  );

  it.each([0, 1, 5, 9.9])('pays for a tenfold step %d s into an interval less than fourfold', (offset) => {
    const { run } = service();
    run({ seconds: 40 + offset, rate: 150 });
    expect(run({ seconds: 10, rate: 1500 }).kept).toBeLessThan(400);
    expect(isNear(run({ seconds: 10, rate: 1500 }).kept, 100)).toBe(true);
  });

  it('pays for a cold start in heavy traffic less than fourfold', () => {
    const { run, load } = service({ targetPerSecond: 40 });
    expect(load.probability).toBe(1);
    expect(run({ seconds: 10, rate: 4000 }).kept).toBeLessThan(160);
    expect(isNear(run({ seconds: 10, rate: 4000 }).kept, 40)).toBe(true);
  });

  it('keeps everything while there is less than the target, and after a night without traffic', () => {
    const { run, load, clock } = service();
    expect(isNear(run({ seconds: 30, rate: 50 }).kept, 50)).toBe(true);
    expect(load.probability).toBe(1);
    run({ seconds: 30, rate: 1000 });
    expect(load.probability).toBeLessThan(0.2);
    clock.spend(8 * 3_600_000);
    run({ seconds: 1, rate: 50 });
    expect(load.probability).toBe(1);
  });

  it('has forgotten a burst two intervals later', () => {
    const { run, clock, sampler, load } = service();
    run({ seconds: 60, rate: 200 });
    const nextId = traceIds(2);
    for (let i = 0; i < 40_000; i++) decide(sampler, nextId());
    expect(load.probability).toBeCloseTo(1e-5, 8);
    clock.spend(1);
    run({ seconds: 20, rate: 200 });
    expect(isNear(run({ seconds: 20, rate: 200 }).kept, 100)).toBe(true);
  });

  it('stays between the least and the greatest probability', () => {
    const { run, load } = service({ minProbability: 0.25, maxProbability: 0.5 });
    expect(load.probability).toBe(0.5);
    run({ seconds: 30, rate: 10 });
    expect(load.probability).toBe(0.5);
    run({ seconds: 15, rate: 2000 });
    expect(load.probability).toBe(0.25);
  });

  it('goes on with the same intent while nothing changes', () => {
    const load = adaptive({ targetPerSecond: 10, clock: new ManualClock() });
    expect(load.samplingIntent).toHaveLength(0);
    const sampler = compositeSampler(load);
    const id = traceIds(1)();
    expect(decide(sampler, id)).toBe(decide(sampler, id));
  });

  it('counts only what it is asked about', () => {
    const clock = new ManualClock();
    const load = adaptive({ targetPerSecond: 1, clock });
    const sampler = compositeSampler(parentThreshold(ruleBased([{ when: { name: 'work' }, sampler: load }])));
    const nextId = traceIds(1);
    for (let i = 0; i < 1000; i++) {
      clock.spend(100);
      const id = nextId();
      decide(sampler, id, { name: 'other' });
      decide(sampler, id, { parent: parentSpan(id) });
      if (i % 10 === 0) decide(sampler, id);
    }
    expect(load.probability).toBeGreaterThan(0.9);
  });

  describe('and overhead', () => {
    it('lowers the probability by a tenth a round above it, and comes back below 0.8 of it', () => {
      let overhead = 0.03;
      const { run, load } = service({ overhead: () => overhead });
      const rounds = (count: number): number => {
        run({ seconds: 10 * count, rate: 50 });
        return load.probability;
      };
      rounds(1);
      expect(rounds(1)).toBeCloseTo(0.9, 3);
      expect(rounds(2)).toBeCloseTo(0.9 ** 3, 3);
      overhead = 0.018;
      expect(rounds(3)).toBeCloseTo(0.9 ** 3, 3);
      overhead = 0.01;
      expect(rounds(2)).toBeCloseTo(0.9 ** 3 * 1.1 ** 2, 3);
      expect(rounds(10)).toBe(1);
    });

    it('keeps less than the target in heavy traffic', () => {
      const { run } = service({ overhead: () => 0.5, targetOverhead: 0.1 });
      run({ seconds: 110, rate: 300 });
      const { kept } = run({ seconds: 10, rate: 300 });
      expect(kept).toBeLessThan(45);
      expect(kept).toBeGreaterThan(10);
    });

    it('comes back from the least probability as soon as the overhead falls', () => {
      let overhead = 1;
      const { run, load } = service({ overhead: () => overhead, minProbability: 0.5 });
      run({ seconds: 1000, rate: 10 });
      expect(load.probability).toBe(0.5);
      overhead = 0;
      run({ seconds: 90, rate: 10 });
      expect(load.probability).toBe(1);
    });

    it('does without an overhead that cannot be had, and says so once', () => {
      const warnings: string[] = [];
      const ignore = (): void => undefined;
      diag.setLogger(
        { error: ignore, info: ignore, debug: ignore, verbose: ignore, warn: (text) => warnings.push(text) },
        DiagLogLevel.WARN,
      );
      const broken = service({
        overhead: () => {
          throw new Error('broken');
        },
      });
      broken.run({ seconds: 50, rate: 50 });
      expect(broken.load.probability).toBe(1);
      expect(warnings).toEqual([expect.stringMatching(/overhead function/)]);
      const unknown = service({ overhead: () => Number.NaN });
      unknown.run({ seconds: 50, rate: 50 });
      expect(unknown.load.probability).toBe(1);
    });
  });

  describe('and errors', () => {
    it('keeps up to five times more while more traces fail than usual, and then as before', () => {
      const { run } = service();
      run({ seconds: 60, rate: 600, failing: 0.02 });
      expect(isNear(run({ seconds: 30, rate: 600, failing: 0.02 }).kept, 100)).toBe(true);
      run({ seconds: 20, rate: 600, failing: 0.5 });
      expect(isNear(run({ seconds: 20, rate: 600, failing: 0.5 }).kept, 500)).toBe(true);
      run({ seconds: 20, rate: 600, failing: 0.02 });
      expect(isNear(run({ seconds: 20, rate: 600, failing: 0.02 }).kept, 100)).toBe(true);
    });

    it('keeps as many times more as the share of errors has risen', () => {
      const { run } = service({ errorBoost: 100 });
      run({ seconds: 100, rate: 400, failing: 0.1 });
      run({ seconds: 20, rate: 400, failing: 0.3 });
      const { kept } = run({ seconds: 10, rate: 400, failing: 0.3 });
      expect(kept).toBeGreaterThan(200);
      expect(kept).toBeLessThan(320);
    });

    it('gets used to errors that stay', () => {
      const { run } = service({ targetPerSecond: 20 });
      run({ seconds: 60, rate: 60, failing: 0.1 });
      run({ seconds: 20, rate: 60, failing: 0.4 });
      expect(run({ seconds: 10, rate: 60, failing: 0.4 }).kept).toBeGreaterThan(35);
      run({ seconds: 900, rate: 60, failing: 0.4 });
      expect(isNear(run({ seconds: 100, rate: 60, failing: 0.4 }).kept, 20)).toBe(true);
    });

    it('keeps more in an incident soon after a night in which the one trace failed', () => {
      const { run, load, clock, sampler } = service({ targetPerSecond: 20 });
      run({ seconds: 300, rate: 60, failing: 0.005 });
      clock.spend(3_600_000);
      decide(sampler, traceIds(2)());
      load.onEnd(failed);
      clock.spend(3_600_000);
      run({ seconds: 60, rate: 60, failing: 0.005 });
      run({ seconds: 20, rate: 60, failing: 0.3 });
      expect(run({ seconds: 10, rate: 60, failing: 0.3 }).kept).toBeGreaterThan(35);
    });

    it('hears of the spans with which a trace begins here, and of no others', () => {
      const { run, load } = service();
      const id = traceIds(99)();
      run({ seconds: 60, rate: 300 });
      const calm = load.probability;
      const failedWithin = endedSpan(true, parentSpan(id));
      for (let i = 0; i < 500; i++) load.onEnd(failedWithin);
      run({ seconds: 20, rate: 300 });
      expect(isNear(load.probability, calm)).toBe(true);
      const failedOfRemote = endedSpan(true, parentSpan(id, { isRemote: true }));
      for (let i = 0; i < 500; i++) load.onEnd(failedOfRemote);
      run({ seconds: 10, rate: 300 });
      expect(load.probability).toBeGreaterThan(2 * calm);
    });

    it('keeps no more with an errorBoost of 1', () => {
      const { run } = service({ errorBoost: 1 });
      run({ seconds: 60, rate: 300, failing: 0 });
      expect(isNear(run({ seconds: 30, rate: 300, failing: 1 }).kept, 100)).toBe(true);
    });
  });

  it.each<Partial<AdaptiveOptions>>([
    { targetPerSecond: 0 },
    { targetPerSecond: Number.NaN },
    { targetPerSecond: Number.POSITIVE_INFINITY },
    { intervalMs: 0 },
    { minProbability: 0 },
    { minProbability: 0.6, maxProbability: 0.5 },
    { maxProbability: 1.1 },
    { targetOverhead: 0 },
    { targetOverhead: 1.1 },
    { errorBoost: 0.5 },
  ])('refuses %j', (options) => {
    expect(() => adaptive({ targetPerSecond: 1, ...options })).toThrow(InvalidOptionError);
  });

  it('works as sampler and span processor of one provider', async () => {
    const clock = new ManualClock();
    const load = adaptive({ targetPerSecond: 10, clock });
    const provider = new NodeTracerProvider({
      sampler: compositeSampler(parentThreshold(load)),
      spanProcessors: [load],
    });
    const tracer = provider.getTracer('test');
    const traffic = (isFailing: boolean): number => {
      for (let i = 0; i < 1000; i++) {
        clock.spend(10);
        const span = tracer.startSpan('work', { root: true });
        if (isFailing) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      }
      return load.probability;
    };
    traffic(false);
    const calm = traffic(false);
    traffic(true);
    expect(traffic(true)).toBeGreaterThan(2 * calm);
    await provider.shutdown();
  });

  it('is a span processor that has nothing to send, and uses the clock of the machine by default', async () => {
    const load = adaptive({ targetPerSecond: 1 });
    await expect(Promise.all([load.forceFlush(), load.shutdown()])).resolves.toHaveLength(2);
    expect(decide(compositeSampler(load), traceIds(1)()).decision).toBe(SamplingDecision.RECORD_AND_SAMPLED);
    expect(String(load)).toBe('adaptive(1 a second)');
  });
});
