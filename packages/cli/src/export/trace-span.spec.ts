import { describe, expect, it } from '@jest/globals';
import type { AttributesJson, SpanDetail } from '@tta/obs-protocol';
import { toTraceSpan } from './trace-span.ts';

const detail = (attributes: AttributesJson, more: Partial<SpanDetail> = {}): SpanDetail => ({
  traceId: '1'.repeat(32),
  spanId: '1'.repeat(16),
  parentSpanId: null,
  name: 'pay',
  kind: 3,
  startTimeUnixNano: '1763700000000000001',
  endTimeUnixNano: '18446744073709551615',
  status: 'success',
  statusCode: 0,
  statusMessage: null,
  traceState: null,
  flags: 0,
  ai: null,
  attributes,
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  resource: {},
  scope: { name: '', version: '', attributes: {} },
  ...more,
});

describe('toTraceSpan', () => {
  it('makes integers of whole numbers and leaves others as they are', () => {
    const { attributes } = toTraceSpan(
      detail({ whole: 5, double: 0.5, large: 1e300, text: '9007199254740993', list: [1, [2.5, null]] }),
    );
    expect(attributes).toEqual({
      whole: 5n,
      double: 0.5,
      large: 1e300,
      text: '9007199254740993',
      list: [1n, [2.5, null]],
    });
  });

  it('keeps nanoseconds of 64 bits', () => {
    const { startTimeUnixNano, endTimeUnixNano } = toTraceSpan(detail({}));
    expect([startTimeUnixNano, endTimeUnixNano]).toEqual([1763700000000000001n, 18446744073709551615n]);
  });

  it('puts attributes in the order of their keys, whatever the keys are', () => {
    const attributes = JSON.parse('{"b": 1, "__proto__": {"z": 1, "y": 2}, "a": 1}') as AttributesJson;
    const span = toTraceSpan(detail(attributes, { resource: attributes }));
    for (const each of [span.attributes, span.resource.attributes]) {
      expect(Object.keys(each)).toEqual(['__proto__', 'a', 'b']);
      expect(Object.keys(Object.getOwnPropertyDescriptor(each, '__proto__')?.value as object)).toEqual([
        'y',
        'z',
      ]);
    }
  });

  it('takes kinds that OTLP does not know for unspecified', () => {
    expect([3, 5, 6].map((kind) => toTraceSpan(detail({}, { kind })).kind)).toEqual([3, 5, 0]);
  });
});
