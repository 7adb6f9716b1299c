import {
  type Attributes,
  createTraceState,
  diag,
  DiagLogLevel,
  type DiagLogger,
  type SpanContext,
  SpanKind,
  type TraceState,
} from '@opentelemetry/api';
import { TraceState as CoreTraceState } from '@opentelemetry/core';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { decide, parentSpan, traceIdOf } from '../../test/sampling.ts';
import { annotating } from './annotating.ts';
import type { ComposableSampler, SamplingIntent } from './composable-sampler.ts';
import { compositeSampler } from './composite-sampler.ts';
import { parentThreshold } from './parent-threshold.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';

const { RECORD_AND_SAMPLED, NOT_RECORD } = SamplingDecision;
const high = traceIdOf('ffffffffffffff');
const low = traceIdOf('00000000000000');
const rv = 'rv:6e6d1a75832a2f';
const composable = (intent: SamplingIntent): ComposableSampler => ({ samplingIntent: () => intent });

describe('compositeSampler', () => {
  it('tells a new trace which threshold kept it', () => {
    const sampler = compositeSampler(probability(0.1));
    const result = decide(sampler, high);
    expect(result.decision).toBe(RECORD_AND_SAMPLED);
    expect(result.traceState?.serialize()).toBe('ot=th:e666');
    expect(decide(sampler, low)).toEqual({ decision: NOT_RECORD });
  });

  it.each([
    // parent's tracestate, sampler, tracestate of a kept span
    ['ot=th:8', alwaysOn(), 'ot=th:0'],
    ['a=1,ot=th:8,b=2', alwaysOn(), 'ot=th:0,a=1,b=2'],
    ['a=1', alwaysOn(), 'ot=th:0,a=1'],
    ['a=1,ot=th:0,b=2', alwaysOn(), 'a=1,ot=th:0,b=2'],
    [`ot=k:1;th:8;${rv}`, alwaysOn(), `ot=th:0;${rv};k:1`],
    ['ot=th:8', composable({ threshold: '0', adjustedCountReliable: false }), ''],
    [`ot=th:8;${rv}`, composable({ threshold: '0', adjustedCountReliable: false }), `ot=${rv}`],
    ['ot=th:8;th:9,a=1', composable({ threshold: '0', adjustedCountReliable: false }), 'a=1'],
    ['ot=th:8;th:9,a=1', alwaysOn(), 'ot=th:0,a=1'],
    ['ot=TH:8', alwaysOn(), 'ot=th:0'],
    [`ot=th:E666;${rv}`, composable({ threshold: '0', adjustedCountReliable: false }), `ot=${rv}`],
  ])('after %s goes on with the entry of %s', (tracestate, part, expected) => {
    const result = decide(compositeSampler(part), high, { parent: parentSpan(high, { tracestate }) });
    expect(result.decision).toBe(RECORD_AND_SAMPLED);
    expect(result.traceState?.serialize()).toBe(expected);
  });

  it('erases the threshold of a span that it does not keep, and nothing else', () => {
    const parent = parentSpan(high, { tracestate: `a=1,ot=k:1;th:8;${rv}` });
    const result = decide(compositeSampler(alwaysOff()), high, { parent });
    expect(result.decision).toBe(NOT_RECORD);
    expect(result.traceState?.serialize()).toBe(`ot=${rv};k:1,a=1`);
  });

  it('leaves the trace state alone when it says the same', () => {
    const parent = parentSpan(high, { tracestate: 'a=1,ot=th:8' });
    expect(decide(compositeSampler(probability(0.5)), high, { parent }).traceState).toBe(parent.traceState);
  });

  it('takes the explicit randomness before that of the trace id', () => {
    const sampler = compositeSampler(probability(0.5));
    const startsHigh = parentSpan(low, { tracestate: 'ot=rv:80000000000000' });
    const startsLow = parentSpan(high, { tracestate: 'ot=rv:7fffffffffffff' });
    expect(decide(sampler, low, { parent: startsHigh }).decision).toBe(RECORD_AND_SAMPLED);
    expect(decide(sampler, high, { parent: startsLow }).decision).toBe(NOT_RECORD);
  });

  it.each([0x00, 0x01, 0x02, 0x03, 0xff])('decides by the trace id with the flags %d', (traceFlags) => {
    const sampler = compositeSampler(probability(0.5));
    const withFlags = (id: string): number =>
      decide(sampler, id, { parent: parentSpan(id, { traceFlags }) }).decision;
    expect([withFlags(high), withFlags(low)]).toEqual([RECORD_AND_SAMPLED, NOT_RECORD]);
  });

  it('takes nothing from a parent whose trace is not continued', () => {
    const parent = { ...parentSpan('0'.repeat(32), { tracestate: 'a=1,ot=rv:00000000000000' }) };
    expect(decide(compositeSampler(probability(0.5)), high, { parent }).traceState?.serialize()).toBe(
      'ot=th:8',
    );
  });

  it('puts attributes on kept spans only', () => {
    const sampler = compositeSampler(annotating({ rule: 'a' }, probability(0.5)));
    const parent = (id: string): SpanContext => parentSpan(id, { tracestate: 'a=1' });
    expect(decide(sampler, high)).toMatchObject({ attributes: { rule: 'a' }, decision: RECORD_AND_SAMPLED });
    expect(decide(sampler, high).traceState?.serialize()).toBe('ot=th:8');
    expect(decide(sampler, high, { parent: parent(high) })).toMatchObject({ attributes: { rule: 'a' } });
    expect(decide(sampler, low)).not.toHaveProperty('attributes');
    expect(decide(sampler, low, { parent: parent(low) })).not.toHaveProperty('attributes');
    const uncounted = composable({ threshold: '0', adjustedCountReliable: false, attributes: { a: 1 } });
    expect(decide(compositeSampler(uncounted), high)).toEqual({
      decision: RECORD_AND_SAMPLED,
      attributes: { a: 1 },
    });
  });

  it('goes on with the trace state that a part names, its ot entry excepted', () => {
    const traceState = createTraceState('ot=rv:00000000000000;k:2,vendor=1');
    const sampler = compositeSampler(composable({ threshold: '8', adjustedCountReliable: true, traceState }));
    const parent = parentSpan(high, { tracestate: `ot=${rv.replace('6e', 'fe')};k:1,old=1` });
    expect(decide(sampler, high, { parent }).traceState?.serialize()).toBe(
      `ot=th:8;${rv.replace('6e', 'fe')};k:1,vendor=1`,
    );
    expect(decide(sampler, low).traceState?.serialize()).toBe('vendor=1');
  });

  it.each([
    // Without th the count is unknown; with that of before it would be wrong.
    ['the entry', createTraceState(`ot=th:8;k:${'x'.repeat(247)}`)],
    ['the trace state', new CoreTraceState(`ot=th:8;k:1,a=${'x'.repeat(240)},b=${'x'.repeat(255)}`)],
  ])('erases the old threshold when %s has no room for the new one', (_, traceState: TraceState) => {
    const parent: SpanContext = { ...parentSpan(high), traceState };
    const sampler = compositeSampler(composable({ threshold: 'ffff', adjustedCountReliable: true }));
    const others = traceState.get('ot')?.slice('th:8;'.length);
    const result = decide(sampler, high, { parent });
    expect(result.decision).toBe(RECORD_AND_SAMPLED);
    expect(result.traceState?.get('ot')).toBe(others);
  });

  it('leaves no threshold in a full trace state that had nothing but one', () => {
    const traceState = new CoreTraceState(`ot=th:8,a=${'x'.repeat(246)},b=${'x'.repeat(252)}`);
    const parent: SpanContext = { ...parentSpan(high), traceState };
    const sampler = compositeSampler(composable({ threshold: 'ffff', adjustedCountReliable: true }));
    expect(decide(sampler, high, { parent }).traceState?.get('ot')).toBeUndefined();
  });

  it('remembers no more results than fit', () => {
    let threshold = 0;
    const sampler = compositeSampler({
      samplingIntent: () => ({ threshold: (threshold++).toString(16), adjustedCountReliable: true }),
    });
    for (let i = 0; i < 1000; i++)
      expect(decide(sampler, high).traceState?.get('ot')).toBe(`th:${i.toString(16)}`);
  });

  it('refuses a part that is no composable sampler', () => {
    for (const part of [undefined, null, compositeSampler(alwaysOn())])
      expect(() => compositeSampler(part as unknown as ComposableSampler)).toThrow(InvalidOptionError);
  });

  it('describes itself', () => {
    expect(String(compositeSampler(parentThreshold(probability(0.1))))).toBe(
      'compositeSampler(parentThreshold(probability(0.1)))',
    );
  });

  describe('with a part that throws or answers nonsense', () => {
    afterEach(() => diag.disable());
    const counted = { threshold: '0', adjustedCountReliable: true };

    it.each<[string, () => unknown]>([
      [
        'an error',
        () => {
          throw new Error('broken');
        },
      ],
      ['nothing', () => undefined],
      ['no threshold', () => ({ adjustedCountReliable: true })],
      ['a threshold in numbers', () => ({ ...counted, threshold: 0n })],
      ['a trace state that is none', () => ({ ...counted, traceState: 'a=1' })],
    ])('follows the parent after %s, keeps no new trace, and says so once', (_what, samplingIntent) => {
      const warnings: unknown[][] = [];
      const ignore = (): void => undefined;
      const logger: DiagLogger = {
        error: ignore,
        info: ignore,
        debug: ignore,
        verbose: ignore,
        warn: (...message) => warnings.push(message),
      };
      diag.setLogger(logger, DiagLogLevel.WARN);
      const sampler = compositeSampler({ samplingIntent } as ComposableSampler);
      expect(decide(sampler, high).decision).toBe(NOT_RECORD);
      expect(decide(sampler, high, { parent: parentSpan(high, { traceFlags: 0 }) }).decision).toBe(
        NOT_RECORD,
      );
      const kept = decide(sampler, high, { parent: parentSpan(high, { tracestate: 'ot=th:8' }) });
      expect(kept.decision).toBe(RECORD_AND_SAMPLED);
      expect(kept.traceState?.serialize()).toBe('ot=th:8');
      expect(warnings).toHaveLength(1);
      expect(warnings[0]?.[0]).toMatch(/a sampler failed/);
    });
  });

  it('works as the sampler of a provider: the threshold travels and the attributes arrive', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({
      sampler: compositeSampler(parentThreshold(annotating({ rule: 'half' }, probability(0.5)))),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
      idGenerator: { generateTraceId: () => high, generateSpanId: () => '00f067aa0ba902b7' },
    });
    const attributes: Attributes = { own: true };
    provider.getTracer('test').startSpan('root', { attributes, kind: SpanKind.SERVER }).end();
    await provider.forceFlush();
    const [span] = exporter.getFinishedSpans();
    expect(span?.attributes).toEqual({ own: true, rule: 'half' });
    expect(span?.spanContext().traceState?.serialize()).toBe('ot=th:8');
    await provider.shutdown();
  });
});
