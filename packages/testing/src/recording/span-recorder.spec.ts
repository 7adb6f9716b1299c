import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { SpanRecorder } from './span-recorder.ts';

const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };

describe('a span recorder', () => {
  it.each([true, false])('keeps what is below a parent that was not sampled, remote: %p', (isRemote) => {
    const recorder = new SpanRecorder(new ManualClock());
    const below = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote });
    recorder.tracer.startSpan('inside', {}, below).end();
    expect(recorder.spans).toMatchObject([
      { name: 'inside', traceId: parent.traceId, parentSpanId: parent.spanId, hasRemoteParent: isRemote },
    ]);
  });

  it('keeps everything of a span, however much there is', () => {
    const recorder = new SpanRecorder(new ManualClock());
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`key ${index}`, index]));
    const links = Array.from({ length: 130 }, () => ({ context: parent, attributes: many }));
    const span = recorder.tracer.startSpan('big', { attributes: many, links });
    for (let event = 0; event < 130; event++) span.addEvent('cache.hit', many);
    span.end();
    expect(recorder.spans).toMatchObject([{ attributes: many }]);
    expect(recorder.spans[0]?.events).toHaveLength(130);
    expect(recorder.spans[0]?.events[0]).toMatchObject({ attributes: many });
    expect(recorder.spans[0]?.links).toHaveLength(130);
    expect(recorder.spans[0]?.links[0]).toMatchObject({ attributes: many });
  });
});

describe('what a span recorder shows', () => {
  it('is a span as it is now while it is open, and always the same when it has ended', () => {
    const recorder = new SpanRecorder(new ManualClock());
    const span = recorder.tracer.startSpan('a');
    const [begun] = recorder.spans;
    span.setAttribute('late', true).addEvent('late').setStatus({ code: SpanStatusCode.ERROR }).end();
    const [ended] = recorder.spans;
    expect(begun).toMatchObject({ endMs: undefined, events: [], failed: false });
    expect(ended).toMatchObject({ attributes: { late: true }, events: [{ name: 'late' }], failed: true });
    expect(recorder.spans[0]).toBe(ended);
  });

  it('is the same list until another span begins', () => {
    const recorder = new SpanRecorder(new ManualClock());
    recorder.tracer.startSpan('a').end();
    const before = recorder.spans;
    expect(recorder.spans).toBe(before);
    const second = recorder.tracer.startSpan('b');
    expect(recorder.spans).toMatchObject([{ name: 'a' }, { name: 'b', endMs: undefined }]);
    expect(before).toHaveLength(1);
    second.end();
    expect(recorder.spans).toMatchObject([{ name: 'a' }, { name: 'b', endMs: expect.any(Number) }]);
  });

  it('tells a parent in another process from one that is here', () => {
    const recorder = new SpanRecorder(new ManualClock());
    const outer = recorder.tracer.startSpan('outer');
    recorder.tracer.startSpan('inner', {}, trace.setSpan(ROOT_CONTEXT, outer)).end();
    outer.end();
    expect(recorder.spans.map(({ name, hasRemoteParent }) => [name, hasRemoteParent])).toEqual([
      ['outer', false],
      ['inner', false],
    ]);
  });

  it('tells times to the microsecond, without noise', () => {
    const recorder = new SpanRecorder(new ManualClock());
    const span = recorder.tracer.startSpan('told', { startTime: [1_700_000_000, 123_456_499] });
    span.addEvent('rounded', [1_700_000_000, 123_456_500]).end([1_700_000_001, 999_999_999]);
    expect(recorder.spans).toMatchObject([
      {
        startMs: 1_700_000_000_123.456,
        endMs: 1_700_000_002_000,
        events: [{ timeMs: 1_700_000_000_123.457 }],
      },
    ]);
  });
});

describe('the environment of a program', () => {
  const untouched = { ...process.env };
  afterEach(() => {
    process.env = { ...untouched };
  });

  it('has no say in what is recorded', () => {
    Object.assign(process.env, {
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '0',
      OTEL_SPAN_LINK_COUNT_LIMIT: '0',
      OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '0',
      OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: '0',
    });
    const recorder = new SpanRecorder(new ManualClock());
    const attributes = { left: 'whole', right: 'whole' };
    const span = recorder.tracer.startSpan('seen', { attributes, links: [{ context: parent, attributes }] });
    span.addEvent('cache.hit', attributes).end();
    expect(recorder.spans).toMatchObject([
      { attributes, events: [{ name: 'cache.hit', attributes }], links: [{ attributes }] },
    ]);
  });
});
