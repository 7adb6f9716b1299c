import { readFileSync } from 'node:fs';
import { REQUESTS } from '../fuzz/corpus.ts';

const NS_PER_MS = 1_000_000n;
/** Nanoseconds since the Unix epoch in the JSON of OTLP, from 2001 to 2033. */
const TIMES = /"(1\d{18})"/g;

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const tokens = (key: string, value: number) => ({ key, value: { intValue: value } });

function span(number: number, name: string, attributes: readonly object[], more: object = {}) {
  return {
    traceId: '5'.repeat(32),
    spanId: String(number).repeat(16),
    name,
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000100000000',
    attributes,
    ...more,
  };
}

function ofService(service: string, version: string, ...spans: readonly object[]) {
  const attributes = [
    text('service.name', service),
    text('service.version', version),
    text('vcs.ref.head.revision', version.replaceAll('.', 'a').repeat(8)),
  ];
  return { resource: { attributes }, scopeSpans: [{ scope: { name: 'samples' }, spans }] };
}

function primitive(number: number, name: string) {
  const cost = { key: 'cost.usd', value: { doubleValue: 0.25 } };
  const attributes = [text('primitive.type', 'retry'), text('primitive.name', name), cost];
  return span(number, 'primitive.retry.execute', attributes);
}

const failure = span(5, 'POST /pay', [text('error.category', 'permanent')], {
  parentSpanId: '1'.repeat(16),
  kind: 2,
  status: { code: 2, message: 'no money' },
  events: [
    {
      name: 'exception',
      timeUnixNano: '1700000000090000000',
      attributes: [
        text('exception.type', 'PaymentError'),
        text('exception.message', 'no money'),
        text('exception.stacktrace', 'PaymentError: no money\n    at pay (bank.ts:1:2)'),
      ],
    },
  ],
});

const said = [
  { type: 'blob', mime_type: 'image/png', modality: 'image', content: 'AQID' },
  { type: 'uri', mime_type: 'image/png', modality: 'image', uri: 'https://shop.example/a.png' },
  { type: 'file', mime_type: 'image/png', modality: 'image', file_id: 'file-1' },
  { type: 'hologram', depth: 3 },
];
const chat = span(6, 'chat gpt-4o', [
  text('gen_ai.operation.name', 'chat'),
  text('gen_ai.provider.name', 'openai'),
  text('gen_ai.request.model', 'gpt-4o'),
  text('session.id', 'session-8'),
  text('gen_ai.input.messages', JSON.stringify([{ role: 'user', parts: said }])),
  tokens('gen_ai.usage.input_tokens', 1000),
  tokens('gen_ai.usage.output_tokens', 100),
]);

/** Two versions of a shop, of which one calls a bank that fails; the other asks a model. */
const shop = {
  resourceSpans: [
    ofService('shop', '1.0.0', primitive(1, 'pay'), primitive(2, 'only before')),
    ofService('shop', '1.1.0', primitive(3, 'pay'), primitive(4, 'only after'), chat),
    ofService('bank', '7', failure),
  ],
};

/** A trace with an agent, calls of models and a tool. */
function recordedTrace(): unknown {
  const file = new URL('../conventions/fixtures/tta-obs.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly traces: unknown }).traces;
}

/** Requests of OTLP/HTTP in JSON, by path, that have something of everything in them; what they tell ended a minute ago. */
export function sampleExports(nowMs: number): readonly { readonly path: string; readonly body: string }[] {
  const withAllFields = Object.entries(REQUESTS).flatMap(([signal, requests]) =>
    requests.map((request): readonly [string, unknown] => [`/v1/${signal}`, request]),
  );
  const endNs = BigInt(nowMs - 60_000) * NS_PER_MS;
  return [...withAllFields, ['/v1/traces', recordedTrace()] as const, ['/v1/traces', shop] as const].map(
    ([path, request]) => ({ path, body: endedAt(JSON.stringify(request), endNs) }),
  );
}

function endedAt(json: string, endNs: bigint): string {
  const times = [...json.matchAll(TIMES)].map(([, time]) => BigInt(time!));
  const newest = times.reduce((latest, time) => (time > latest ? time : latest), 0n);
  return json.replace(TIMES, (_, time: string) => `"${BigInt(time) + endNs - newest}"`);
}
