import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect, stream, written } from '../../test/streams.ts';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import { traceSpan } from '../../test/trace-span.ts';
import {
  isTraceProblem,
  readChromeTrace,
  readJaeger,
  readOtlpLines,
  readZipkin,
  writeChromeTrace,
  writeJaeger,
  writeOtlpLines,
  writeZipkin,
  type TraceReaderOptions,
  type TraceRecord,
  type TraceSource,
  type TraceSpan,
} from '../formats.ts';

type Write = (spans: AsyncIterable<TraceSpan>) => AsyncIterable<string>;
type Read = (source: TraceSource, options?: TraceReaderOptions) => AsyncIterable<TraceRecord>;

const formats: [string, Write, Read][] = [
  ['OTLP lines', writeOtlpLines, readOtlpLines],
  ['Jaeger', writeJaeger, readJaeger],
  ['Zipkin', writeZipkin, readZipkin],
  ['Chrome', writeChromeTrace, readChromeTrace],
];

const ids =
  '"traceId":"00000000000000000000000000000001","traceID":"1","spanId":"0000000000000001","spanID":"1","id":"1"';
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** What a span may say of itself, in the members of all formats at once. */
const members = [
  `${ids},"tags":[{"key":"tta.otlp","value":"{\\"kind\\":{}}"}]`,
  `${ids},"tags":{"tta.otlp":"{\\"attributes\\":{\\"a\\":{\\"type\\":\\"int\\",\\"text\\":\\"x\\"}}}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"attributes\\":\\"x\\"}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"attributes\\":{\\"a\\":{\\"type\\":\\"no\\"}}}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"attributes\\":{\\"a\\":{\\"type\\":\\"bool\\"}}}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"attributes\\":{\\"a\\":{\\"type\\":\\"int\\"}}}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"events\\":[\\"x\\"]}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"events\\":{\\"a\\":5}}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"links\\":{\\"0\\":{}}}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"parentSpanId\\":\\"x\\"}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"{\\"__proto__\\":{\\"polluted\\":\\"x\\"}}"},"timestamp":1`,
  `${ids},"tags":{"tta.otlp":"${'{\\"a\\":'.repeat(20_000)}1${'}'.repeat(20_000)}"},"timestamp":1`,
  `${ids},"tags":[{"key":"tta.otlp","value":5}],"startTime":1`,
  `${ids},"tags":{"a":${deep(80)}},"timestamp":1`,
  `${ids},"tags":[{"key":"a","value":${deep(3)}}],"startTime":1`,
  `${ids},"tags":[{"key":"__proto__","type":"string","value":"x"}],"startTime":1`,
  `${ids},"tags":{"__proto__":"x","constructor":"y"},"timestamp":1,"__proto__":{"name":"polluted"}`,
  `${ids},"attributes":[{"key":"a","value":${'{"arrayValue":{"values":['.repeat(70)}${']}}'.repeat(70)}}]`,
  `${ids},"attributes":[{"key":"a","value":{"kvlistValue":{"values":{}}}}]`,
  `${ids},"startTime":1e300,"timestamp":1e300,"startTimeUnixNano":1e300`,
  `${ids},"startTime":-0.5,"timestamp":"-1","startTimeUnixNano":"99999999999999999999"`,
  `${ids},"startTime":18446744073709551,"duration":18446744073709551,"timestamp":18446744073709551`,
  `${ids},"startTime":"18446744073709551615","timestamp":"18446744073709551615"`,
  `${ids},"startTime":1,"timestamp":1,"references":[{"refType":"CHILD_OF","spanID":"1"}],"parentId":"1"`,
  `${ids},"startTime":1,"timestamp":1,"logs":[{}],"annotations":[{}],"events":[{}],"links":[{}]`,
  `${ids},"startTime":1,"timestamp":1,"logs":{},"annotations":{},"events":{},"links":{},"status":[]`,
  '"traceId":null',
  '',
];

/** A document of each format with these as its spans. */
function documents(span: string): string[] {
  return [
    `{"resourceSpans":[{"scopeSpans":[{"spans":[${span},${span}]}]}]}`,
    `{"data":[{"traceID":"1","spans":[${span},${span}],"processes":{}}]}`,
    `[${span},${span}]`,
    `{"traceEvents":[${span},{"ph":"M","name":"process_name","pid":-1,"args":{"tta.otlp":"{}"}}]}`,
    `{"traceEvents":[{"ph":"X","pid":1,"args":{"trace_id":"${'1'.repeat(32)}","span_id":"${'1'.repeat(16)}","tta.otlp":"{\\"flags\\":\\"x\\"}"}}]}`,
  ];
}

const corpus = [
  ...members.flatMap((text) => documents(`{${text}}`)),
  ...['null', '5', '"x"', '[]', '[[]]', 'x', '}', ']'].flatMap(documents),
  '',
  ' ',
  '\0',
  'null',
  '5',
  '"',
  '{',
  '[',
  '{}',
  '[]',
  '[[',
  '{"data":',
  '{"data":{}}',
  '{"data":[5,[],{}]}',
  '{"data":[{"spans":{}}]}',
  '{"data":[{"spans":[{}],"processes":[]}]}',
  '[,]',
  '[1}',
  '{"a":"\\',
  '\u001F\u008B',
  deep(100_000),
  `{"data":[${deep(600)}]}`,
  `{"resourceSpans":${deep(600)}}`,
  `{"resourceSpans":[${'[],'.repeat(8_000_001)}1]}`,
];

describe.each(formats)('reading %s', (_, write, read) => {
  it('makes problems of hostile input, one line each, and goes on', async () => {
    for (const text of corpus) {
      for (const record of await collect(read(stream([text])))) {
        if (!isTraceProblem(record)) continue;
        expect(record.message).toMatch(/^.{10,300}$/);
      }
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('gives what is whole of a file that breaks off, and says that there was more', async () => {
    const spans = ['1', '2', '3'].map((digit) =>
      traceSpan({
        traceId: digit.repeat(32),
        name: `span ${digit}`,
        startTimeUnixNano: BigInt(digit) * 1000n,
        endTimeUnixNano: 5000n,
      }),
    );
    let text = '';
    if (write === writeOtlpLines) {
      for (const span of spans) text += await written(write(stream([span])));
    } else {
      text = await written(write(stream(spans)));
    }
    const records = await collect(read(stream([text.slice(0, text.indexOf('span 3'))])));
    expect(records.slice(0, 2)).toEqual(spans.slice(0, 2));
    expect(records.slice(2)).toEqual([
      { problem: write === writeOtlpLines ? 'invalid' : 'incomplete', message: expect.any(String) },
    ]);
  });

  it('survives any damage of a file', async () => {
    const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(anySpans, damage, async (spans, changes) => {
        const bytes = Buffer.from(await written(write(stream(spans))));
        for (const [share, byte] of changes) bytes[Math.floor(bytes.length * share)] = byte;
        for (const record of await collect(read(stream([bytes])))) {
          const text = isTraceProblem(record) ? record.message : record.traceId;
          expect(text).toMatch(isTraceProblem(record) ? /^.+$/ : /^[0-9a-f]{32}$/);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('holds no more than its limit of a part that never ends', async () => {
    let length = 0;
    async function* endless(): AsyncGenerator<string> {
      yield '[{"a":"';
      for (; length < 50_000_000; length += 100_000) yield 'x'.repeat(100_000);
    }
    const before = process.memoryUsage().heapUsed;
    const records = await collect(read(endless(), { limitLength: 1_000_000 }));
    expect(records.map((record) => (isTraceProblem(record) ? record.problem : 'span'))).not.toContain('span');
    expect(records).not.toEqual([]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000);
  });
});

describe('the writers', () => {
  it('draw spans that lead back to themselves, and spans with the same id', async () => {
    const circle = [
      traceSpan({ spanId: '0000000000000001', parentSpanId: '0000000000000002' }),
      traceSpan({ spanId: '0000000000000002', parentSpanId: '0000000000000001' }),
      traceSpan({ spanId: '0000000000000003', parentSpanId: '0000000000000003' }),
      traceSpan({ spanId: '0000000000000003', parentSpanId: '0000000000000003' }),
    ];
    for (const [, write, read] of formats) {
      expect(await collect(read(stream([await written(write(stream(circle)))])))).toHaveLength(4);
    }
  });
});
