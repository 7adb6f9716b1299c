import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { comparedSpans, plainSpan } from './compared-span.ts';
import { sendJson } from './send-export.ts';
import { type Service, startService } from './service.ts';
import { logRecordsOf, spansOf } from './service-answers.ts';

/*
 * Nothing here was recorded: OTLP in JSON as clients that write it by hand, or through another mapping of protobuf,
 * are known to send it.
 */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const start = '1700000000123456789';
const end = '1700000001000000001';

const scope = { name: 'hand', version: '1', attributes: { level: 1 } };

/** A request with one span; fields that no version of OTLP knows stand at each level. */
function requestOf(serviceName: string, span: unknown) {
  const later = { laterField: { nested: [1, null] } };
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: serviceName } }], ...later },
        scopeSpans: [
          {
            scope: { ...scope, attributes: [{ key: 'level', value: { intValue: '1' } }], ...later },
            spans: [span],
            ...later,
          },
        ],
        ...later,
      },
    ],
    ...later,
  };
}

const base = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'by hand',
  startTimeUnixNano: start,
  endTimeUnixNano: end,
};

async function arrivedSpan(serviceName: string, span: unknown) {
  expect(await sendJson(service.url, 'traces', requestOf(serviceName, span))).toEqual({});
  const [arrived, ...others] = comparedSpans(await spansOf(service.url, serviceName));
  expect(others).toEqual([]);
  return arrived;
}

describe('a constructed span in JSON', () => {
  it('arrives whole with ids in capitals, numbers as text and enums by name', async () => {
    const span = {
      ...base,
      traceId: '5B8EFFF798038103D269B633813FC60C',
      spanId: 'EEE19B7EC3C1B174',
      parentSpanId: 'EEE19B7EC3C1B173',
      kind: 'SPAN_KIND_PRODUCER',
      status: { code: 'STATUS_CODE_ERROR', message: 'broken' },
      traceState: 'vendor=near',
      flags: '257',
      droppedAttributesCount: '1',
      droppedEventsCount: 2,
      droppedLinksCount: '4294967295',
      attributes: [
        { key: 'int as text', value: { intValue: '-9223372036854775808' } },
        { key: 'int as number', value: { intValue: 42 } },
        { key: 'double as text', value: { doubleValue: '0.5' } },
        { key: 'double as integer', value: { doubleValue: 3 } },
        { key: 'not a number', value: { doubleValue: 'NaN' } },
        { key: 'infinite', value: { doubleValue: '-Infinity' } },
        { key: 'bytes', value: { bytesValue: 'AAH+/w==' } },
        { key: 'bytes for URLs', value: { bytesValue: 'AAH-_w' } },
        { key: 'list', value: { arrayValue: { values: [{ boolValue: false }, {}, { intValue: '1' }] } } },
        { key: 'empty list', value: { arrayValue: {} } },
        {
          key: 'map',
          value: { kvlistValue: { values: [{ key: 'deep', value: { kvlistValue: { values: [] } } }] } },
        },
        { key: 'nothing', value: {} },
        { key: 'absent' },
        { key: 'null', value: null },
        { key: 'later', value: { laterValue: 1 } },
      ],
      events: [
        { name: 'event', timeUnixNano: '1700000000123456790', attributes: [], droppedAttributesCount: 3 },
        { name: 'at once', timeUnixNano: 1_700_000_000_000_000_000 },
      ],
      links: [
        {
          traceId: 'F'.repeat(32),
          spanId: 'F'.repeat(16),
          flags: 769,
          traceState: 'a=b',
          droppedAttributesCount: '5',
        },
        { traceId: 'F'.repeat(32), spanId: 'E'.repeat(16), flags: null, traceState: null },
      ],
    };
    expect(await arrivedSpan('texts', span)).toEqual({
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b173',
      name: 'by hand',
      kind: 4,
      startTimeUnixNano: start,
      endTimeUnixNano: end,
      statusCode: 2,
      statusMessage: 'broken',
      traceState: 'vendor=near',
      flags: 257,
      attributes: {
        'int as text': '-9223372036854775808',
        'int as number': 42,
        'double as text': 0.5,
        'double as integer': 3,
        'not a number': 'NaN',
        infinite: '-Infinity',
        bytes: 'AAH+/w==',
        'bytes for URLs': 'AAH+/w==',
        list: [false, null, 1],
        'empty list': [],
        map: { deep: {} },
        nothing: null,
        absent: null,
        null: null,
        later: null,
      },
      droppedAttributesCount: 1,
      events: [
        { name: 'event', timeUnixNano: '1700000000123456790', attributes: {}, droppedAttributesCount: 3 },
        { name: 'at once', timeUnixNano: '1700000000000000000', attributes: {}, droppedAttributesCount: 0 },
      ],
      droppedEventsCount: 2,
      links: [
        {
          traceId: 'f'.repeat(32),
          spanId: 'f'.repeat(16),
          attributes: {},
          traceState: 'a=b',
          flags: 769,
          droppedAttributesCount: 5,
        },
        {
          traceId: 'f'.repeat(32),
          spanId: 'e'.repeat(16),
          attributes: {},
          traceState: null,
          flags: 0,
          droppedAttributesCount: 0,
        },
      ],
      droppedLinksCount: 4_294_967_295,
      resource: { 'service.name': 'texts' },
      scope,
    });
  });

  it('arrives with nothing made up where fields are null or in snake case', async () => {
    const span = {
      ...base,
      traceId: '1'.repeat(32),
      parentSpanId: null,
      kind: null,
      status: null,
      attributes: null,
      events: null,
      links: null,
      traceState: null,
      flags: null,
      droppedAttributesCount: null,
      droppedEventsCount: null,
      droppedLinksCount: null,
      parent_span_id: 'c'.repeat(16),
      start_time_unix_nano: '1',
      trace_state: 'a=b',
      dropped_events_count: 1,
    };
    expect(await arrivedSpan('nulls', span)).toEqual({
      ...plainSpan,
      ...base,
      traceId: '1'.repeat(32),
      kind: 0,
      resource: { 'service.name': 'nulls' },
      scope,
    });
  });

  it('arrives with escapes, white space and empty ids', async () => {
    const escaped = `{ "resourceSpans" : [ { "resource": { "attributes": [ { "key": "service.name", "value":
      { "stringValue": "escapes" } } ] },\t"scopeSpans":[{"spans":[{"traceId":"${'2'.repeat(32)}","spanId":"${'2'.repeat(16)}",
      "parentSpanId":"","name":"\\u0047r\\u00fc\\u00dfe \\ud83d\\ude00 \\/ \\n","kind":2,"startTimeUnixNano":"${start}",
      "endTimeUnixNano":"${end}","attributes":[{"key":"k","value":{"doubleValue":1E-3}}]}]}]}]}\n`;
    expect(await sendJson(service.url, 'traces', escaped)).toEqual({});
    expect(await spansOf(service.url, 'escapes')).toMatchObject([
      { name: 'Grüße 😀 / \n', parentSpanId: null, kind: 2, attributes: { k: 0.001 } },
    ]);
  });

  it('arrives from several resources, of which some are empty', async () => {
    const scopeSpans = [{ spans: [{ ...base, traceId: '3'.repeat(32) }] }];
    const named = (serviceName: string) => ({
      attributes: [{ key: 'service.name', value: { stringValue: serviceName } }],
    });
    const request = {
      resourceSpans: [
        {},
        { resource: {} },
        { resource: named('several'), scopeSpans: [{}, { spans: [] }] },
        { scopeSpans, resource: named('several') },
      ],
    };
    expect(await sendJson(service.url, 'traces', request)).toEqual({});
    expect(await spansOf(service.url, 'several')).toHaveLength(1);
  });
});

describe('a constructed log record in JSON', () => {
  it('arrives whole with severities by name, ids in capitals and a body of any type', async () => {
    const serviceName = 'log texts';
    const record = {
      timeUnixNano: start,
      observedTimeUnixNano: end,
      severityNumber: 'SEVERITY_NUMBER_WARN2',
      severityText: 'warning',
      traceId: 'A'.repeat(32),
      spanId: 'B'.repeat(16),
      flags: 1,
      droppedAttributesCount: '3',
      eventName: 'login',
      attributes: [{ key: 'n', value: { intValue: '1' } }],
      body: { kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [{ intValue: 1 }] } } }] } },
    };
    const request = {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: serviceName } }] },
          scopeLogs: [
            { logRecords: [record, { timeUnixNano: 1_700_000_002_000_000_000, body: { stringValue: 'x' } }] },
          ],
        },
      ],
    };
    expect(await sendJson(service.url, 'logs', request)).toEqual({});
    const resource = { 'service.name': serviceName };
    const scope = { name: '', version: '' };
    expect((await logRecordsOf(service.url, serviceName)).map(({ id: _, ...arrived }) => arrived)).toEqual([
      {
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        timeUnixNano: start,
        observedTimeUnixNano: end,
        severityNumber: 14,
        severityText: 'warning',
        body: { a: [1] },
        eventName: 'login',
        attributes: { n: 1 },
        droppedAttributesCount: 3,
        flags: 1,
        serviceName,
        resource,
        scope,
      },
      {
        traceId: null,
        spanId: null,
        timeUnixNano: '1700000002000000000',
        observedTimeUnixNano: null,
        severityNumber: 0,
        severityText: null,
        body: 'x',
        eventName: null,
        attributes: {},
        droppedAttributesCount: 0,
        flags: 0,
        serviceName,
        resource,
        scope,
      },
    ]);
  });
});
