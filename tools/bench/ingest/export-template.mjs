/**
 * Requests to export traces, as protobuf: runs of 20 spans with the names and attributes that primitives and model calls
 * have. A body is made once and gets new ids and times each time it is sent, which costs the sender little.
 */
import { randomFillSync } from 'node:crypto';
import { sequence, textOf, vocabularies } from './texts.mjs';

export const SPANS_OF_A_TRACE = 20;
/** A batch of the SDK, or half a megabyte of larger spans. */
const MOST_SPANS = 520;
const MOST_BYTES = 540_000;

const ID_PLACE = '@@@@@@@@@@@@@@@@';
const SPAN_KIND_INTERNAL = 1;
const SPAN_KIND_CLIENT = 3;

function varint(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
const field = (number, bytes) => Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
const text = (number, value) => field(number, Buffer.from(value));
const whole = (number, value) => Buffer.concat([varint(number * 8), varint(value)]);
const time = (number) => Buffer.concat([varint(number * 8 + 1), Buffer.alloc(8)]);

function anyValue(value) {
  if (Array.isArray(value)) return field(5, Buffer.concat(value.map((item) => field(1, anyValue(item)))));
  if (typeof value === 'string') return text(1, value);
  if (typeof value === 'boolean') return whole(2, value ? 1 : 0);
  if (Number.isInteger(value)) return whole(3, value);
  const double = Buffer.alloc(9);
  double[0] = 4 * 8 + 1;
  double.writeDoubleLE(value, 1);
  return double;
}
const attribute = ([key, value]) => field(9, Buffer.concat([text(1, key), field(2, anyValue(value))]));

/** What a span of a run says of itself; every fifth one is a call of a model. */
function spanOf(index, random) {
  const run = {
    'workflow.id': `wf_${ID_PLACE}`,
    'workflow.name': 'review-pull-request',
    'session.id': `ses_${ID_PLACE}`,
    'correlation.id': `cor_${ID_PLACE}`,
    'agent.type': 'reviewer',
    'execution.status': 'success',
    'execution.duration_ms': random() * 900,
  };
  if (index === 0) {
    return {
      name: 'primitive.sequential.execute',
      kind: SPAN_KIND_INTERNAL,
      attributes: {
        'primitive.name': 'review',
        'primitive.type': 'sequential',
        'primitive.action': 'execute',
        ...run,
        'user.id': 'u_4711',
        'request.id': `req_${ID_PLACE}`,
        'input.size_bytes': 18_211,
        'output.size_bytes': 904,
        'tag.team': 'platform',
        'tag.stage': 'production',
      },
    };
  }
  if (index % 5 === 0) {
    return {
      name: 'primitive.llm.chat',
      kind: SPAN_KIND_CLIENT,
      attributes: {
        'primitive.name': 'summarize',
        'primitive.type': 'llm',
        'primitive.action': 'chat',
        ...run,
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.response.id': `chatcmpl-${ID_PLACE}`,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': Math.floor(random() * 4000),
        'gen_ai.usage.output_tokens': Math.floor(random() * 400),
        'cost.usd': random() / 100,
      },
    };
  }
  const type = ['retry', 'timeout', 'cache', 'fallback'][index % 4];
  return {
    name: `primitive.sequential.step_${index - 1}`,
    kind: SPAN_KIND_INTERNAL,
    attributes: {
      'primitive.name': `fetch page ${index}`,
      'primitive.type': type,
      'primitive.action': 'execute',
      ...run,
      'step.index': index - 1,
      'step.name': `step_${index - 1}`,
      'step.primitive_type': type,
      'step.total_steps': SPANS_OF_A_TRACE - 1,
      'input.size_bytes': Math.floor(random() * 5000),
      'output.size_bytes': Math.floor(random() * 5000),
      'tag.stage': 'production',
    },
  };
}

/** One span, with the places where ids and times go. */
function encodeSpan({ index, bytes, word, random, ids }) {
  const { name, kind, attributes } = spanOf(index, random);
  const places = { texts: [] };
  const parts = [];
  let length = 0;
  const add = (part) => {
    parts.push(part);
    return (length += part.length) - part.length;
  };
  places.traceId = add(field(1, Buffer.alloc(16))) + 2;
  add(field(2, ids[index]));
  if (index > 0) add(field(4, ids[index % 5 === 0 ? index - 1 : 0]));
  add(text(5, name));
  add(whole(6, kind));
  places.start = add(time(7)) + 1;
  places.end = add(time(8)) + 1;
  for (const entry of Object.entries(attributes)) add(attribute(entry));
  // The tag and length of the span itself, and of this attribute, belong to its size on the wire.
  const overhead =
    4 + attribute(['input.value', 'x'.repeat(Math.max(1, bytes - length))]).length - bytes + length;
  add(attribute(['input.value', textOf(word, random, bytes - length - overhead)]));
  const encoded = Buffer.concat(parts);
  for (let at = encoded.indexOf(ID_PLACE); at !== -1; at = encoded.indexOf(ID_PLACE, at + 1))
    places.texts.push(at);
  return { encoded, places };
}

/**
 * @param {{ spanBytes: number, vocabulary: 'small' | 'realistic', seed: number, spans?: number, spansOfATrace?: number }} options
 * `spanBytes` is what a span takes on the wire.
 */
export function exportTemplate({ spanBytes, vocabulary, seed, spans, spansOfATrace = SPANS_OF_A_TRACE }) {
  const random = sequence(seed);
  const word = vocabularies[vocabulary];
  const fitting = Math.min(MOST_SPANS, Math.floor(MOST_BYTES / spanBytes));
  const count = spans ?? Math.max(1, Math.floor(fitting / spansOfATrace)) * spansOfATrace;
  const scope = field(1, Buffer.concat([text(1, 'tta.primitives'), text(2, '0.1.0')]));
  const keyValue = ([key, value]) => field(1, Buffer.concat([text(1, key), field(2, anyValue(value))]));
  const resource = field(
    1,
    Buffer.concat(
      [
        ['service.name', 'reviews'],
        ['service.version', '3.1.4'],
        ['telemetry.sdk.language', 'nodejs'],
        ['process.pid', 4711],
      ].map(keyValue),
    ),
  );
  const encodedSpans = [];
  const found = [];
  let length = 0;
  let ids = [];
  for (let i = 0; i < count; i++) {
    const index = i % spansOfATrace;
    if (index === 0) ids = Array.from({ length: spansOfATrace }, () => randomFillSync(Buffer.alloc(8)));
    const { encoded, places } = encodeSpan({ index, bytes: spanBytes, word, random, ids });
    const wrapped = field(2, encoded);
    const begin = length + wrapped.length - encoded.length;
    found.push({ begin, trace: Math.floor(i / spansOfATrace), ...places });
    encodedSpans.push(wrapped);
    length += wrapped.length;
  }
  const scopeSpans = field(2, Buffer.concat([scope, ...encodedSpans]));
  const body = field(1, Buffer.concat([resource, scopeSpans]));
  const first = body.length - length;
  const places = found.map(({ begin, trace, traceId, start, end, texts }) => ({
    trace,
    traceId: first + begin + traceId,
    start: first + begin + start,
    end: first + begin + end,
    texts: texts.map((at) => first + begin + at),
  }));
  return new ExportTemplate(body, places, count / spansOfATrace);
}

class ExportTemplate {
  #body;
  #places;
  spanCount;
  traceCount;

  constructor(body, places, traceCount) {
    this.#body = body;
    this.#places = places;
    this.spanCount = places.length;
    this.traceCount = traceCount;
  }

  get bytes() {
    return this.#body.length;
  }

  /** A request that was never sent before: other traces, which have just ended. */
  next() {
    const body = Buffer.from(this.#body);
    const ids = randomFillSync(Buffer.alloc(16 * Math.ceil(this.traceCount)));
    const texts = ids.toString('hex');
    let startNs = BigInt(Date.now() - 1000) * 1_000_000n;
    for (const { trace, traceId, start, end, texts: places } of this.#places) {
      ids.copy(body, traceId, trace * 16, trace * 16 + 16);
      body.writeBigUInt64LE((startNs += 1000n), start);
      body.writeBigUInt64LE(startNs + 20_000_000n, end);
      for (const at of places) body.latin1Write(texts.slice(trace * 32, trace * 32 + ID_PLACE.length), at);
    }
    return body;
  }
}
