import { describe, expect, it } from '@jest/globals';
import { decodedSpans } from '../testing/decoded-spans.ts';
import { otlpProtobuf, type OtlpJson, type SignalName } from '../testing/otlp-protobuf.ts';
import { TooManyValuesError } from './decode-error.ts';
import { decodeJsonLogs } from './decode-json-logs.ts';
import { decodeJsonMetrics } from './decode-json-metrics.ts';
import { decodeJsonTraces } from './decode-json-traces.ts';
import { decodeProtobufLogs } from './decode-protobuf-logs.ts';
import { decodeProtobufMetrics } from './decode-protobuf-metrics.ts';
import { decodeProtobufTraces } from './decode-protobuf-traces.ts';
import { redactionOf } from './redaction.ts';
import type { SpanBatch } from './span-batch.ts';
import { base64Of, limitedText, TEXT_BYTES, textOf } from './text-limit.ts';

const utf8 = (text: string): string => textOf(Buffer.from(text), 0, Buffer.byteLength(text));
const json = (request: OtlpJson): Buffer => Buffer.from(JSON.stringify(request));

describe('limitedText and textOf', () => {
  it.each([
    ['ASCII', 'x'],
    ['two bytes', 'é'],
    ['three bytes', '€'],
    ['four bytes', '😀'],
    ['control characters', '\u0001'],
  ])('cut a text of %s at a character and say what is missing', (_, character) => {
    const size = Buffer.byteLength(character);
    const most = Math.floor(TEXT_BYTES / size);
    const enough = character.repeat(most);
    const long = `${enough}${character.repeat(5)}`;
    for (const limited of [limitedText, utf8]) {
      expect(limited(enough) === enough).toBe(true);
      expect(limited(long) === `${enough}…[cut: ${5 * size} bytes]`).toBe(true);
    }
  });

  it.each([...` \n"'\`,;()[]{}<>`])('cut after %j instead of through a word', (delimiter) => {
    const words = `${'x'.repeat(TEXT_BYTES - 100)}${delimiter}${'y'.repeat(200)}`;
    for (const limited of [limitedText, utf8]) {
      expect(limited(words).slice(TEXT_BYTES - 101)).toBe(`x${delimiter}…[cut: 200 bytes]`);
    }
  });

  it('cut through a word of more than 4 KiB', () => {
    const long = `${'x'.repeat(TEXT_BYTES - 4098)} ${'y'.repeat(9_000)}`;
    expect(limitedText(long).slice(-24)).toBe(`${'y'.repeat(6)}…[cut: 4903 bytes]`);
  });

  it('cut bytes that are no UTF-8', () => {
    expect(textOf(Buffer.alloc(TEXT_BYTES + 9, 0x80), 0, TEXT_BYTES + 9)).toMatch(
      /^\ufffd+…\[cut: 12 bytes\]$/,
    );
  });
});

describe('base64Of', () => {
  it('cuts where the base64 of what is left has the length of the longest text', () => {
    const most = (TEXT_BYTES / 4) * 3;
    const bytes = Buffer.alloc(most + 3, 0xab);
    expect(base64Of(bytes, 3, bytes.length)).toHaveLength(TEXT_BYTES);
    const cut = base64Of(bytes, 1, bytes.length);
    expect(cut.slice(TEXT_BYTES - 4)).toBe('q6ur…[cut: 2 bytes]');
  });
});

describe.each([
  ['spans', 'traces', decodeProtobufTraces, decodeJsonTraces],
  ['log records', 'logs', decodeProtobufLogs, decodeJsonLogs],
  ['metrics', 'metrics', decodeProtobufMetrics, decodeJsonMetrics],
] as const)('a long text in %s', (_, signal, fromProtobuf, fromJson) => {
  it.each([
    ['ASCII', 'x'],
    ['other characters', 'é'],
  ])('of %s is cut wherever it stands, in both encodings alike', (__, character) => {
    const request = requestWith(
      signal,
      character.repeat((TEXT_BYTES + 8) / Buffer.byteLength(character)),
      Buffer.alloc(TEXT_BYTES).toString('base64'),
    );
    const protobuf = otlpProtobuf(signal, request);
    for (const [decode, body] of [
      [fromProtobuf, protobuf],
      [fromJson, json(request)],
    ] as const) {
      const decoded = decode(body, null);
      const texts = 'documents' in decoded ? textsOf(decoded) : decoded;
      const kept = JSON.stringify(texts, (___, value: unknown) => (typeof value === 'bigint' ? 0 : value));
      expect(longestText(kept)).toBeLessThanOrEqual(TEXT_BYTES + 30);
      expect(kept).toContain('…[cut: 8 bytes]');
      expect(kept).toContain(`…[cut: ${TEXT_BYTES / 4} bytes]`);
    }
  });
});

describe('a span of control characters', () => {
  it('is refused when it would become more than 128 MiB of JSON', () => {
    const attributes = Array.from({ length: 22 }, (_, index) => ({
      key: `${index}`,
      value: { stringValue: '\u0001'.repeat(TEXT_BYTES) },
    }));
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] };
    const refusal = new TooManyValuesError(128 * 1024 * 1024, 'bytes as JSON');
    expect(() => decodeProtobufTraces(otlpProtobuf('traces', request))).toThrow(refusal);
  });
});

describe('a secret that would be cut through', () => {
  it('leaves nothing behind', () => {
    const token = ['gh', 'p_', 'a9Zq7K'.repeat(6)].join('');
    const value = { stringValue: `${'x '.repeat(TEXT_BYTES / 2 - 10)}"${token}"` };
    const span = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), attributes: [{ key: 'a', value }] };
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
    for (const batch of [
      decodeProtobufTraces(otlpProtobuf('traces', request), redactionOf(json(request))),
      decodeJsonTraces(json(request), redactionOf(json(request))),
    ]) {
      const document = Buffer.from(batch.documents).toString();
      expect(document.slice(-40)).toContain('[cut: 41 bytes]');
      expect(document).not.toContain(token.slice(0, 4));
    }
  });
});

function textsOf(batch: SpanBatch): unknown {
  const owners = [...batch.resources, ...batch.scopes];
  return [
    decodedSpans(batch),
    owners.map((owner) => ({ ...owner, attributes: JSON.parse(owner.attributes) as unknown })),
  ];
}

/** Of the texts in JSON. */
function longestText(text: string): number {
  let longest = 0;
  JSON.parse(text, (key, value: unknown) => {
    longest = Math.max(longest, Buffer.byteLength(key));
    if (typeof value === 'string') longest = Math.max(longest, Buffer.byteLength(value));
    return value;
  });
  return longest;
}

/** A request with the text wherever OTLP has one. */
function requestWith(signal: SignalName, text: string, bytes: string): OtlpJson {
  const attributes = [
    { key: text, value: { stringValue: 'of a long key' } },
    { key: 'text', value: { stringValue: text } },
    { key: 'bytes', value: { bytesValue: bytes } },
  ];
  const owner = { resource: { attributes } };
  const scope = { name: text, version: text, attributes };
  const ids = { traceId: '1'.repeat(32), spanId: '1'.repeat(16) };
  switch (signal) {
    case 'traces': {
      const events = [{ name: text, attributes }];
      const links = [{ ...ids, traceState: text, attributes }];
      const status = { message: text };
      const span = { ...ids, name: text, traceState: text, status, attributes, events, links };
      return { resourceSpans: [{ ...owner, scopeSpans: [{ scope, spans: [span] }] }] };
    }
    case 'logs': {
      const record = { severityText: text, eventName: text, body: { stringValue: text }, attributes };
      return { resourceLogs: [{ ...owner, scopeLogs: [{ scope, logRecords: [record] }] }] };
    }
    case 'metrics': {
      const names = { name: text, description: text, unit: text, metadata: attributes };
      const gauge = { dataPoints: [{ attributes, exemplars: [{ filteredAttributes: attributes }] }] };
      return { resourceMetrics: [{ ...owner, scopeMetrics: [{ scope, metrics: [{ ...names, gauge }] }] }] };
    }
  }
}
