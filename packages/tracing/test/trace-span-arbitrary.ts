import fc from 'fast-check';
import type { Attributes, AttributeValue, TraceSpan } from '../src/formats.ts';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint32 = fc.oneof(fc.constant(0), fc.nat(3), fc.nat(2 ** 32 - 1));
const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))
    .filter((id) => !/^0+$/.test(id));

/** Keys that formats use themselves, and those that hurt plain objects, among others. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '0',
    '1',
    '',
    'event',
    'error',
    'span.kind',
    'tta.otlp',
    'tta.resource_keys',
    'otel.status_code',
    'otel.status_description',
    'otel.scope.name',
    'otel.library.name',
    'otel.scope.version',
    'w3c.tracestate',
    'otel.dropped_attributes_count',
    'otel.dropped_links_count',
    'otel.event.dropped_attributes_count',
    'service.name',
    'peer.service',
    'server.address',
    'network.peer.address',
    'network.peer.port',
    'type',
    'text',
  ),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    'true',
    'false',
    'ERROR',
    'OK',
    '1',
    '-0',
    'NaN',
    '[1]',
    '{"a":1}',
    'client',
    '"a": {}',
    '"n": {"b":1}',
    '\uD800',
  ),
);

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.integer().map(BigInt),
    fc.double(),
    fc.constantFrom(-0, 1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 70),
    fc.uint8Array({ maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

const attributes: fc.Arbitrary<Attributes> = fc
  .array(fc.tuple(key, value), { maxLength: 4 })
  .map((entries): Attributes => Object.fromEntries(entries));

const resource = record({ attributes, droppedAttributesCount: uint32, schemaUrl: text });
const scope = record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
});
const event = record({ name: text, timeUnixNano: uint64, attributes, droppedAttributesCount: uint32 });
const link = record({
  traceId: hex(32),
  spanId: hex(16),
  traceState: text,
  flags: uint32,
  attributes,
  droppedAttributesCount: uint32,
});

/** Any span that OTLP allows, also those that make no sense. */
const anySpan: fc.Arbitrary<TraceSpan> = record({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: fc.option(hex(16)),
  name: text,
  kind: fc.nat(5),
  startTimeUnixNano: fc.oneof(uint64, fc.bigInt({ min: 0n, max: 5000n })),
  endTimeUnixNano: uint64,
  statusCode: fc.nat(2),
  statusMessage: text,
  traceState: text,
  flags: uint32,
  attributes,
  events: fc.array(event, { maxLength: 2 }),
  links: fc.array(link, { maxLength: 2 }),
  droppedAttributesCount: uint32,
  droppedEventsCount: uint32,
  droppedLinksCount: uint32,
  resource,
  scope,
});

/**
 * Spans of a few traces whose parents, links and times have to do with each other: trees, orphans, circles and
 * links within the trace, of a few processes, with spans that overlap.
 */
export const anySpans: fc.Arbitrary<TraceSpan[]> = fc
  .tuple(
    fc.array(hex(32), { minLength: 1, maxLength: 2 }),
    fc.array(hex(16), { minLength: 1, maxLength: 8 }),
    fc.array(resource, { minLength: 1, maxLength: 2 }),
    fc.bigInt({ min: 0n, max: 2n ** 62n }),
  )
  .chain(([traceIds, spanIds, resources, origin]) =>
    fc.array(
      fc
        .tuple(
          anySpan,
          record({
            traceId: fc.constantFrom(...traceIds),
            spanId: fc.constantFrom(...spanIds),
            parentSpanId: fc.option(fc.constantFrom(...spanIds)),
            resource: fc.constantFrom(...resources),
            linked: fc.array(fc.constantFrom(...spanIds), { maxLength: 2 }),
            start: fc.bigInt({ min: 0n, max: 20n }),
            length: fc.bigInt({ min: -1n, max: 20n }),
            step: fc.constantFrom(1n, 500n, 1000n),
          }),
        )
        .map(([span, { linked, start, length, step, ...related }]): TraceSpan => {
          const startTimeUnixNano = origin + start * step + step;
          const links = linked.map((spanId) => ({
            traceId: related.traceId,
            spanId,
            traceState: '',
            flags: 0,
            attributes: {},
            droppedAttributesCount: 0,
          }));
          return {
            ...span,
            ...related,
            startTimeUnixNano,
            endTimeUnixNano: startTimeUnixNano + length * step,
            links: [...span.links, ...links],
          };
        }),
      { maxLength: 10 },
    ),
  )
  .map((spans) => [...new Map(spans.map((span) => [span.traceId + span.spanId, span])).values()]);

/** With the prototype that objects have. */
function record<Shape extends object>(model: {
  [Key in keyof Shape]: fc.Arbitrary<Shape[Key]>;
}): fc.Arbitrary<Shape> {
  return fc.record<Shape>(model, { noNullPrototype: true });
}
