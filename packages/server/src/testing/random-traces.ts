import fc from 'fast-check';
import { randomKeys, randomTexts } from './random-queries.ts';

/** Traces and their log records as JSON of OTLP. */
export interface RandomTelemetry {
  readonly traces: string;
  readonly logs: string;
}

/** Stands for a text that is longer than what the full text takes of a span. */
const LONG_TEXT = '<long text>';

/** As it is sent. */
export function bytesOf(json: string): Buffer {
  return Buffer.from(json.replaceAll(LONG_TEXT, 'word '.repeat(14_000)));
}

const scalars: fc.Arbitrary<object> = fc.oneof(
  { weight: 6, arbitrary: randomTexts.map((stringValue) => ({ stringValue })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 1, 2, 10, 500, 1000).map((value) => ({ intValue: String(value) })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('9007199254740993', '-9223372036854775808').map((intValue) => ({ intValue })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0.5, -0, 1e21, 5e-7, 'NaN').map((doubleValue) => ({ doubleValue })),
  },
  { weight: 1, arbitrary: fc.boolean().map((boolValue) => ({ boolValue })) },
  { weight: 1, arbitrary: fc.constantFrom('Y2hlY2tvdXQ=', 'AAAA').map((bytesValue) => ({ bytesValue })) },
  { weight: 1, arbitrary: fc.constant({}) },
);
const values = fc.oneof(
  { weight: 6, arbitrary: scalars },
  {
    weight: 1,
    arbitrary: fc.array(scalars, { maxLength: 3 }).map((list) => ({ arrayValue: { values: list } })),
  },
  {
    weight: 1,
    arbitrary: scalars.map((value) => ({ kvlistValue: { values: [{ key: 'k', value }] } })),
  },
  { weight: 1, arbitrary: randomTexts.map((text) => ({ stringValue: `${LONG_TEXT} ${text}` })) },
);
const attributes = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ key: randomKeys, value: values }) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('error', 'timeout', 'success', 'cancelled')
        .map((stringValue) => ({ key: 'execution.status', value: { stringValue } })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('chat', 'execute_tool', 'invoke_agent')
        .map((stringValue) => ({ key: 'gen_ai.operation.name', value: { stringValue } })),
    },
  ),
  { maxLength: 5 },
);
const names = fc.oneof(
  randomTexts,
  fc.constantFrom('primitive.retry.attempt_1', 'primitive.retry.execute', 'chat a'),
);
const events = fc.array(
  fc.record({
    name: fc.constantFrom('exception', 'other'),
    timeUnixNano: fc.constant('1'),
    attributes: fc.array(
      fc.record({ key: fc.constantFrom('exception.type', 'exception.message', 'k'), value: values }),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 2 },
);

/** @param nowMs - About when the spans are. Some are of 1970. */
export function randomTelemetry(nowMs: number): fc.Arbitrary<RandomTelemetry> {
  const starts = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -20, max: 20 }).map((step) => nowMs + step * 500) },
    { weight: 1, arbitrary: fc.constantFrom(0, 5000) },
  );
  const spans = fc.record({
    name: names,
    start: starts,
    durationMs: fc.constantFrom(0, 0.5, 1, 10, 500, 1000, 30_000, -1),
    kind: fc.nat(5),
    parent: fc.nat(6),
    service: fc.constantFrom(0, 1),
    status: fc.constantFrom({}, { code: 2, message: 'out of memory' }),
    attributes,
    events,
    log: fc.option(values, { freq: 6 }),
  });
  return fc
    .record({
      resources: fc.array(attributes, { minLength: 2, maxLength: 2 }),
      traces: fc.array(fc.array(spans, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
    })
    .map(({ resources, traces }) => telemetryOf(resources, traces));
}

const id = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const nanoseconds = (ms: number): string => String(BigInt(Math.round(Math.max(0, ms) * 1e6)));

interface RandomSpan {
  readonly name: string;
  readonly start: number;
  readonly durationMs: number;
  readonly parent: number;
  readonly service: number;
  readonly log: object | null;
}

function telemetryOf(
  resources: readonly object[],
  traces: readonly (readonly RandomSpan[])[],
): RandomTelemetry {
  const parts = traces.flatMap((spans, trace) =>
    spans.map(({ start, durationMs, parent, service, log, ...span }, index) => {
      const traceId = id(trace + 1, 32);
      const spanId = id(index + 1, 16);
      return {
        resource: { attributes: resources[service] },
        spans: [
          {
            ...span,
            traceId,
            spanId,
            // Beyond the spans it is one that never comes.
            parentSpanId: parent === 0 || parent === index + 1 ? '' : id(parent, 16),
            startTimeUnixNano: nanoseconds(start),
            endTimeUnixNano: nanoseconds(start + durationMs),
          },
        ],
        logRecords: log === null ? [] : [{ traceId, spanId, timeUnixNano: nanoseconds(start), body: log }],
      };
    }),
  );
  return {
    traces: JSON.stringify({
      resourceSpans: parts.map(({ resource, spans }) => ({ resource, scopeSpans: [{ spans }] })),
    }),
    logs: JSON.stringify({
      resourceLogs: parts
        .filter(({ logRecords }) => logRecords.length > 0)
        .map(({ resource, logRecords }) => ({ resource, scopeLogs: [{ logRecords }] })),
    }),
  };
}
