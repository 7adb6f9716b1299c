import { describe, expect, it } from '@jest/globals';
import { otlpProtobuf, type OtlpJson, type SignalName } from '../testing/otlp-protobuf.ts';
import { decodeJsonLogs } from './decode-json-logs.ts';
import { decodeJsonMetrics } from './decode-json-metrics.ts';
import { decodeJsonTraces } from './decode-json-traces.ts';
import { decodeProtobufLogs } from './decode-protobuf-logs.ts';
import { decodeProtobufMetrics } from './decode-protobuf-metrics.ts';
import { decodeProtobufTraces } from './decode-protobuf-traces.ts';
import { redactionOf, redactLogs, redactMetrics, type Redaction } from './redaction.ts';
import type { SpanBatch } from './span-batch.ts';

/** Secrets are made here and nowhere written down, so that no search of this repository finds them. */
const characters = (length: number): string => 'a9Zq7K'.repeat(length).slice(0, length);
/** Each as it stands in a text, and the part of it that nobody may see. */
const secrets: readonly (readonly [text: string, secret: string])[] = [
  ...[
    ['gh', 'p_', characters(36)].join(''),
    ['sk-', 'ant-', characters(40)].join(''),
    ['AK', 'IA', 'ABCDEFGH01234567'].join(''),
    ['eyJ', characters(20), '.eyJ', characters(30), '.', characters(43)].join(''),
  ].map((token): [string, string] => [token, token]),
  [`Bearer ${characters(32)}`, characters(32)],
  ['postgres://app:letmein@db.example/x', 'letmein'],
  ['https://h.example/x?a=1&api_key=8f14e45fceea', '8f14e45fceea'],
  ['Server=db;Password=s3cr3tpw;Encrypt=true', 's3cr3tpw'],
  ['{"user":"x","password":"hunter2hunter2"}', 'hunter2hunter2'],
  ['{"body":"{\\"client_secret\\":\\"hunter2hunter2\\"}"}', 'hunter2hunter2'],
  ['> Host: x\r\n> X-Api-Key: 8f14e45fceea\r\n', '8f14e45fceea'],
  ['<password>hunter2hunter2</password>', 'hunter2hunter2'],
  [`-----BEGIN PRIVATE KEY-----\n${characters(64)}\n-----END PRIVATE KEY-----`, characters(64)],
];

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

const attributes = (secret: string) => [
  { key: 'plain', value: { stringValue: `before ${secret} after` } },
  { key: 'alone', value: { stringValue: secret } },
  { key: secret, value: { boolValue: true } },
  { key: `key ${secret}`, value: { kvlistValue: { values: [{ key: secret, value: {} }] } } },
  {
    key: 'list',
    value: {
      arrayValue: {
        values: [{ stringValue: secret }, { arrayValue: { values: [{ stringValue: secret }] } }],
      },
    },
  },
  {
    key: 'map',
    value: {
      kvlistValue: {
        values: [
          { key: 'inner', value: { stringValue: secret } },
          { key: 'list', value: { arrayValue: { values: [{ stringValue: secret }] } } },
        ],
      },
    },
  },
  // What is shown of a span beside its attributes is taken from these.
  ...['step.name', 'workflow.name', 'primitive.type', 'primitive.name', 'error.message', 'service.name'].map(
    (key) => ({ key, value: { stringValue: `of ${secret}` } }),
  ),
];

/** A request with the secret wherever OTLP has text, but not in ids. */
function requestsWith(secret: string): Readonly<Record<SignalName, OtlpJson>> {
  const resource = { attributes: attributes(secret) };
  const scope = { name: `name ${secret}`, version: `version ${secret}`, attributes: attributes(secret) };
  const exemplars = [{ timeUnixNano: '1', asInt: '1', filteredAttributes: attributes(secret) }];
  const point = { timeUnixNano: '1', attributes: attributes(secret), exemplars };
  const metric = {
    name: `name ${secret}`,
    description: `description ${secret}`,
    unit: `unit ${secret}`,
    metadata: attributes(secret),
  };
  const span = {
    traceId,
    name: `name ${secret}`,
    traceState: `vendor=state,other=${secret}`,
    attributes: attributes(secret),
    events: [
      {
        timeUnixNano: '1',
        name: `event ${secret}`,
        attributes: [...attributes(secret), { key: 'exception.message', value: { stringValue: secret } }],
      },
      { name: 'exception', attributes: [{ key: 'exception.message', value: { stringValue: secret } }] },
    ],
    links: [
      { traceId, spanId, attributes: attributes(secret) },
      { traceId, spanId, traceState: `link=${secret}` },
    ],
  };
  return {
    traces: {
      resourceSpans: [
        {
          resource,
          scopeSpans: [
            {
              scope,
              spans: [
                { ...span, spanId, status: { code: 2, message: `status ${secret}` } },
                { ...span, spanId: 'c'.repeat(16), parentSpanId: spanId, status: { code: 2 } },
              ],
            },
            { scope, spans: [{ traceId, spanId: 'd'.repeat(16) }] },
          ],
        },
      ],
    },
    logs: {
      resourceLogs: [
        {
          resource,
          scopeLogs: [
            {
              scope,
              logRecords: [
                {
                  timeUnixNano: '1',
                  traceId,
                  spanId,
                  severityText: `severity ${secret}`,
                  eventName: `event ${secret}`,
                  body: { stringValue: `body ${secret}` },
                  attributes: attributes(secret),
                },
                { timeUnixNano: '2', body: { kvlistValue: { values: attributes(secret) } } },
              ],
            },
            { scope, logRecords: [{ body: { arrayValue: { values: [{ stringValue: secret }] } } }] },
          ],
        },
      ],
    },
    metrics: {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              scope,
              metrics: [
                { ...metric, gauge: { dataPoints: [{ ...point, asInt: '1' }] } },
                { ...metric, sum: { dataPoints: [{ ...point, asDouble: 1.5 }] } },
                { ...metric, histogram: { dataPoints: [point] } },
                { ...metric, exponentialHistogram: { dataPoints: [point] } },
                {
                  ...metric,
                  summary: { dataPoints: [{ timeUnixNano: '1', attributes: attributes(secret) }] },
                },
              ],
            },
          ],
        },
      ],
    },
  };
}

/** As encoders may write it: every character in a form that JSON allows. */
const escaped = (request: OtlpJson): Buffer =>
  Buffer.from(
    JSON.stringify(request).replace(/"(?:[^"\\]|\\.)*"/g, (literal) => {
      const text = JSON.parse(literal) as string;
      const units = Array.from({ length: text.length }, (__, index) => text.charCodeAt(index));
      return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
    }),
  );
/** As encoders write it whose text may stand in a page. */
const forPages = (request: OtlpJson): Buffer =>
  Buffer.from(
    JSON.stringify(request).replace(
      /[<>&']|\\"/g,
      (mark) =>
        `\\u${mark
          .charCodeAt(mark.length - 1)
          .toString(16)
          .padStart(4, '0')}`,
    ),
  );
const slashed = (request: OtlpJson): Buffer => Buffer.from(JSON.stringify(request).replaceAll('/', '\\/'));

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));

/** All that is stored of a batch, as text. */
const allOf = ({ documents, searchTexts, ...rest }: SpanBatch): string =>
  shown([
    Buffer.from(documents).toString(),
    Buffer.from(searchTexts).toString(),
    { ...rest, startNs: [], endNs: [] },
  ]);

const ways: readonly (readonly [
  way: string,
  signal: SignalName,
  encode: (request: OtlpJson) => Buffer,
  stored: (body: Buffer, redaction: Redaction | null) => string,
])[] = [
  [
    'spans in protobuf',
    'traces',
    (request) => otlpProtobuf('traces', request),
    (body, redaction) => allOf(decodeProtobufTraces(body, redaction)),
  ],
  ...(
    [
      ['spans in JSON', (request) => Buffer.from(JSON.stringify(request))],
      ['spans in JSON that escapes every character', escaped],
      ['spans in JSON that escapes slashes', slashed],
      ['spans in JSON that escapes marks of HTML', forPages],
    ] as readonly [string, (request: OtlpJson) => Buffer][]
  ).map(([way, encode]): (typeof ways)[number] => [
    way,
    'traces',
    encode,
    (body, redaction) => allOf(decodeJsonTraces(body, redaction)),
  ]),
  [
    'log records in protobuf',
    'logs',
    (request) => otlpProtobuf('logs', request),
    (body, redaction) => {
      const { groups } = decodeProtobufLogs(body);
      return shown(redaction === null ? groups : redactLogs(groups, redaction));
    },
  ],
  [
    'log records in JSON that escapes every character',
    'logs',
    escaped,
    (body, redaction) => {
      const { groups } = decodeJsonLogs(body);
      return shown(redaction === null ? groups : redactLogs(groups, redaction));
    },
  ],
  [
    'metrics in protobuf',
    'metrics',
    (request) => otlpProtobuf('metrics', request),
    (body, redaction) => {
      const { groups } = decodeProtobufMetrics(body);
      return shown(redaction === null ? groups : redactMetrics(groups, redaction));
    },
  ],
  [
    'metrics in JSON that escapes every character',
    'metrics',
    escaped,
    (body, redaction) => {
      const { groups } = decodeJsonMetrics(body);
      return shown(redaction === null ? groups : redactMetrics(groups, redaction));
    },
  ],
];

const countOf = (text: string, part: string): number => text.split(part).length - 1;

describe.each(ways)('redaction of %s', (_, signal, encode, stored) => {
  it.each(secrets)('leaves nothing of %j, wherever it stands', (text, secret) => {
    const body = encode(requestsWith(text)[signal]);
    const kept = stored(body, redactionOf(body));
    expect(countOf(kept, JSON.stringify(secret).slice(1, -1))).toBe(0);
    expect(kept).toContain('[redacted:');
  });

  it.each(secrets)('that is switched off keeps %j everywhere', (text, secret) => {
    const body = encode(requestsWith(text)[signal]);
    const kept = stored(body, null);
    expect(kept).not.toContain('[redacted:');
    expect(countOf(kept, secret.split('\n')[0]!)).toBeGreaterThan(20);
  });

  it('takes the value of a key that names a secret, whatever the value is', () => {
    const values = [
      { stringValue: 'hunter2' },
      { intValue: '4242424242' },
      { arrayValue: { values: [{ stringValue: 'hunter2' }, { intValue: '4242424242' }] } },
      { kvlistValue: { values: [{ key: 'in', value: { stringValue: 'hunter2' } }] } },
    ];
    for (const value of values) {
      const entries = [{ key: 'db.password', value }];
      const request = requestWithAttributes(signal, [
        ...entries,
        { key: 'map', value: { kvlistValue: { values: entries } } },
      ]);
      const body = encode(request);
      const kept = stored(body, redactionOf(body));
      expect(kept).not.toMatch(/hunter2|4242424242/);
      expect(kept).toContain('[redacted:secret]');
      expect(stored(body, null)).toMatch(/hunter2|4242424242/);
    }
  });
});

describe('redactionOf', () => {
  it('looks at no text one by one where the request holds no secret', () => {
    expect(redactionOf(Buffer.from(JSON.stringify(requestsWith('harmless').traces))).text).toBeNull();
    expect(redactionOf(otlpProtobuf('metrics', requestsWith('harmless').metrics)).text).toBeNull();
  });

  it('touches no ids, and of the state of traces the secret alone', () => {
    const { traces } = requestsWith(secrets[0]![0]);
    for (const decoded of [
      decodeJsonTraces(Buffer.from(JSON.stringify(traces)), redactionOf(Buffer.from(JSON.stringify(traces)))),
      decodeProtobufTraces(otlpProtobuf('traces', traces), redactionOf(otlpProtobuf('traces', traces))),
    ]) {
      expect(decoded.strings).toEqual(
        expect.arrayContaining([traceId, spanId, 'vendor=state,other=[redacted:github-token]']),
      );
      expect(allOf(decoded)).toContain(`\\"traceId\\":\\"${traceId}\\",\\"spanId\\":\\"${spanId}\\"`);
    }
  });
});

describe('the redaction of a large resource with many scopes', () => {
  it('is done once', () => {
    const { groups } = decodeProtobufLogs(
      otlpProtobuf('logs', {
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'a', value: { stringValue: 'b' } }] },
            scopeLogs: [{ logRecords: [{}] }, { logRecords: [{}] }],
          },
          { scopeLogs: [{ logRecords: [{}] }] },
        ],
      }),
    );
    const [first, second, third] = redactLogs(groups, { text: null });
    expect(first!.resource).toEqual({ a: 'b' });
    expect(second!.resource).toBe(first!.resource);
    expect(third!.resource).toEqual({});
  });

  it('keeps one resource in a batch of spans', () => {
    const spans = [{ traceId, spanId }];
    const resource = { attributes: [{ key: 'a', value: { stringValue: 'b' } }] };
    const request = {
      resourceSpans: [{ resource, scopeSpans: [{ spans }, { spans }] }, { scopeSpans: [{ spans }] }],
    };
    const { resources, resource: of } = decodeJsonTraces(Buffer.from(JSON.stringify(request)));
    expect(resources.map(({ attributes: text }) => text)).toEqual(['{"a":"b"}', '{}']);
    expect(of).toEqual([0, 0, 1]);
  });
});

function requestWithAttributes(signal: SignalName, entries: readonly object[]): OtlpJson {
  switch (signal) {
    case 'traces':
      return { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, attributes: entries }] }] }] };
    case 'logs':
      return { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes: entries }] }] }] };
    case 'metrics':
      return {
        resourceMetrics: [
          { scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{ asInt: '1', attributes: entries }] } }] }] },
        ],
      };
  }
}
