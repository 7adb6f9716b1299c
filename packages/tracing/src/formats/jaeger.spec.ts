import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { viewInJaegerUi } from '../../test/jaeger-ui-rules.ts';
import { collect, stream, written } from '../../test/streams.ts';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import { traceSpan } from '../../test/trace-span.ts';
import { readJaeger, writeJaeger, type TraceLink, type TraceSpan } from '../formats.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('writeJaeger', () => {
  it('writes what Jaeger UI shows whole, each span under its parent, whatever the spans are', async () => {
    await fc.assert(
      fc.asyncProperty(anySpans, async (spans) => {
        const { faults, parents } = viewInJaegerUi(await written(writeJaeger(stream(spans))));
        expect(faults).toEqual([]);
        expect(parents.size).toBe(spans.length);
        for (const { traceId: trace, spanId, parentSpanId } of spans) {
          const isThere = parentSpanId !== null && parents.has(trace + parentSpanId);
          // In a circle one of them has to be a root.
          const allowed = isThere ? [parentSpanId, null] : [null];
          expect(allowed).toContain(parents.get(trace + spanId));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps parents where they are in a trace without circles', async () => {
    const chain = ['1', '2', '3'].map((digit, index) =>
      traceSpan({ spanId: id(digit), parentSpanId: index === 0 ? null : id(String(index)) }),
    );
    const { parents } = viewInJaegerUi(await written(writeJaeger(stream(chain.reverse()))));
    expect(parents.get(traceId + id('3'))).toBe(id('2'));
    expect(parents.get(traceId + id('2'))).toBe(id('1'));
    expect(parents.get(traceId + id('1'))).toBeNull();
  });

  it('does not let a link into its own trace make a root a child, nor an orphan', async () => {
    const root = traceSpan({ spanId: id('1'), links: [linkTo('2')] });
    const child = traceSpan({ spanId: id('2'), parentSpanId: id('1'), links: [linkTo('3')] });
    const orphan = traceSpan({ spanId: id('3'), parentSpanId: id('9'), links: [linkTo('3'), linkTo('1')] });
    const { faults, parents } = viewInJaegerUi(await written(writeJaeger(stream([root, child, orphan]))));
    expect(faults).toEqual([]);
    expect([...parents.values()]).toEqual([null, id('1'), null]);
  });

  it('writes fields as the OpenTelemetry specification says', async () => {
    const span = traceSpan({
      parentSpanId: id('1'),
      kind: 3,
      startTimeUnixNano: 1_700_000_000_000_001_999n,
      endTimeUnixNano: 1_700_000_000_000_005_000n,
      statusCode: 2,
      statusMessage: 'no stock',
      traceState: 'a=b',
      flags: 0x103,
      attributes: {
        text: 'x',
        flag: false,
        small: 7n,
        large: 2n ** 60n,
        ratio: 0.5,
        nan: Number.NaN,
        bytes: Uint8Array.of(1, 2),
        list: ['a', 1n],
      },
      events: [
        {
          name: 'retry',
          timeUnixNano: 1_700_000_000_000_002_000n,
          attributes: { attempt: 2n },
          droppedAttributesCount: 1,
        },
      ],
      links: [{ ...linkTo('5'), traceId: '0af7651916cd43dd8448eb211c80319c' }],
      droppedEventsCount: 4,
      resource: {
        attributes: { 'service.name': 'shop', 'host.name': 'h' },
        droppedAttributesCount: 0,
        schemaUrl: '',
      },
      scope: {
        name: 'http',
        version: '2',
        attributes: {},
        droppedAttributesCount: 0,
        schemaUrl: '',
      },
    });
    const { data } = JSON.parse(await written(writeJaeger(stream([span]))));
    const [{ spans, processes }] = data;
    const { tags, ...rest } = spans[0];
    expect(rest).toEqual({
      traceID: traceId,
      spanID: '00f067aa0ba902b7',
      flags: 1,
      operationName: 'checkout',
      references: [
        { refType: 'CHILD_OF', traceID: traceId, spanID: id('1') },
        { refType: 'FOLLOWS_FROM', traceID: '0af7651916cd43dd8448eb211c80319c', spanID: id('5') },
      ],
      startTime: 1_700_000_000_000_001,
      duration: 4,
      logs: [
        {
          timestamp: 1_700_000_000_000_002,
          fields: [
            { key: 'event', type: 'string', value: 'retry' },
            { key: 'attempt', type: 'int64', value: 2 },
            { key: 'otel.event.dropped_attributes_count', type: 'int64', value: 1 },
          ],
        },
      ],
      processID: 'p1',
      warnings: null,
    });
    expect(tags.slice(0, -1)).toEqual([
      { key: 'text', type: 'string', value: 'x' },
      { key: 'flag', type: 'bool', value: false },
      { key: 'small', type: 'int64', value: 7 },
      { key: 'large', type: 'int64', value: '1152921504606846976' },
      { key: 'ratio', type: 'float64', value: 0.5 },
      { key: 'nan', type: 'float64', value: 'NaN' },
      { key: 'bytes', type: 'binary', value: 'AQI=' },
      { key: 'list', type: 'string', value: '["a",1]' },
      { key: 'otel.scope.name', type: 'string', value: 'http' },
      { key: 'otel.scope.version', type: 'string', value: '2' },
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'w3c.tracestate', type: 'string', value: 'a=b' },
      { key: 'otel.dropped_events_count', type: 'int64', value: 4 },
      { key: 'span.kind', type: 'string', value: 'client' },
      { key: 'otel.status_description', type: 'string', value: 'no stock' },
      { key: 'error', type: 'bool', value: true },
    ]);
    expect(processes).toEqual({
      p1: { serviceName: 'shop', tags: [{ key: 'host.name', type: 'string', value: 'h' }] },
    });
  });

  it('writes no tag of its own where Jaeger can say all', async () => {
    expect(await written(writeJaeger(stream([traceSpan({ attributes: { n: 1n } })])))).not.toContain('tta.');
  });

  it('refuses more spans than fit, and says what to do', async () => {
    await expect(written(writeJaeger(stream([traceSpan()]), { limitBytes: 100 }))).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: expect.stringMatching(/^a file for Jaeger .* limitBytes, 100: .*OTLP lines/),
    });
  });
});

describe('readJaeger', () => {
  it('reads what other programs wrote', async () => {
    const file = {
      data: [
        {
          traceID: 'a2fb4a1d1a96d312',
          spans: [
            {
              traceID: 'a2fb4a1d1a96d312',
              spanID: 'b1',
              operationName: 'HTTP GET /dispatch',
              references: [{ refType: 'CHILD_OF', traceID: 'a2fb4a1d1a96d312', spanID: 'a1' }],
              flags: 3,
              startTime: 1_498_688_782_395_000,
              duration: 1500,
              tags: [
                { key: 'span.kind', type: 'string', value: 'server' },
                { key: 'http.status_code', type: 'int64', value: 500 },
                { key: 'untyped', value: 2.5 },
                { key: 'whole', value: 3 },
                { key: 'sampled', type: 'bool', value: 'true' },
                { key: 'error', type: 'bool', value: true },
                { key: 'otel.library.name', type: 'string', value: 'old' },
              ],
              logs: [{ timestamp: 1_498_688_782_396_000, fields: [{ key: 'message', value: 'x' }] }],
              processID: 'p1',
            },
          ],
          processes: { p1: { serviceName: 'frontend', tags: [{ key: 'ip', type: 'string', value: '::1' }] } },
        },
      ],
    };
    const [span] = await collect(readJaeger(stream([JSON.stringify(file)])));
    expect(span).toMatchObject({
      traceId: '0000000000000000a2fb4a1d1a96d312',
      spanId: '00000000000000b1',
      parentSpanId: '00000000000000a1',
      name: 'HTTP GET /dispatch',
      kind: 2,
      startTimeUnixNano: 1_498_688_782_395_000_000n,
      endTimeUnixNano: 1_498_688_782_396_500_000n,
      statusCode: 2,
      flags: 1,
      attributes: { 'http.status_code': 500n, untyped: 2.5, whole: 3n, sampled: true },
      events: [{ name: '', timeUnixNano: 1_498_688_782_396_000_000n, attributes: { message: 'x' } }],
      resource: { attributes: { 'service.name': 'frontend', ip: '::1' } },
      scope: { name: 'old' },
    });
  });

  it('takes the first reference within the trace for the parent where there is no CHILD_OF', async () => {
    const references = [
      { refType: 'FOLLOWS_FROM', traceID: 'ff', spanID: '7' },
      { refType: 'FOLLOWS_FROM', spanID: '8' },
      { refType: 'FOLLOWS_FROM', traceID: '1', spanID: '9' },
    ];
    const [span] = await readSpans({ spans: [{ ...bare, references }], processes: {} });
    expect(span?.parentSpanId).toBe(id('8'));
    expect(span?.links.map(({ spanId }) => spanId)).toEqual([id('7'), id('9')]);
  });

  it('keeps a span whose process is missing, and reads one that stands in the span', async () => {
    const spans = await readSpans({
      spans: [
        { ...bare, processID: 'p9' },
        { ...bare, process: { serviceName: 'inline' } },
        { ...bare, processID: 'toString' },
      ],
    });
    expect(spans.map(({ resource }) => resource.attributes)).toEqual([{}, { 'service.name': 'inline' }, {}]);
  });

  it('reads one trace alone', async () => {
    expect(await collect(readJaeger(stream([JSON.stringify({ traceID: '1', spans: [bare] })])))).toHaveLength(
      1,
    );
  });

  it('leaves out one bad span, and says where it stands', async () => {
    const spans = [bare, { ...bare, spanID: 'xyz' }, { ...bare, startTime: 'now' }, 5, bare];
    const records = await collect(readJaeger(stream([JSON.stringify({ data: [{ traceID: '1', spans }] })])));
    expect(records.map((record) => ('problem' in record ? record.message : record.spanId))).toEqual([
      id('2'),
      'trace 0: spans[1] was left out: spanID must be 16 hex digits, not all zero, but is "0000000000000xyz"',
      'trace 0: spans[2] was left out: startTime must be an integer, but is "now"',
      'trace 0: spans[3] was left out: it must be an object, but is 5',
      id('2'),
    ]);
  });
});

const bare = { traceID: '1', spanID: '2', operationName: 'x', startTime: 5, duration: 1 };

async function readSpans(trace: object): Promise<TraceSpan[]> {
  const records = await collect(readJaeger(stream([JSON.stringify({ data: [{ traceID: '1', ...trace }] })])));
  return records as TraceSpan[];
}

function id(digits: string): string {
  return digits.padStart(16, '0');
}

function linkTo(digits: string): TraceLink {
  return { traceId, spanId: id(digits), traceState: '', flags: 0, attributes: {}, droppedAttributesCount: 0 };
}
