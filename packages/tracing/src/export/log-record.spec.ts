import { resourceFromAttributes } from '@opentelemetry/resources';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { copyLogRecord, logRecordSizeBytes } from './log-record.ts';
import { encodeLogRecords, type ReadableLogRecord } from './otlp-encoding.ts';

const record = (facts: Partial<ReadableLogRecord> = {}): ReadableLogRecord => ({
  hrTime: [1_800_000_000, 1],
  hrTimeObserved: [1_800_000_000, 2],
  resource: resourceFromAttributes({}),
  instrumentationScope: { name: '' },
  attributes: {},
  droppedAttributesCount: 0,
  ...facts,
});

const anyValue = fc.letrec<{ value: ReadableLogRecord['body'] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined)),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
})).value;

/** Sets every entry of every object in it to something else. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    spoil((value as Record<string, unknown>)[key]);
    (value as Record<string, unknown>)[key] = 77;
  }
}

describe('copyLogRecord', () => {
  it('is encoded as the record was, whatever becomes of what that holds', () => {
    fc.assert(
      fc.property(anyValue, fc.dictionary(fc.string(), anyValue), (body, attributes) => {
        const given = record({ body, attributes });
        const expected = Buffer.from(encodeLogRecords([given]));
        const copy = copyLogRecord(given);
        for (const part of [given.body, given.attributes, given.hrTime, given.hrTimeObserved]) spoil(part);
        expect(Buffer.from(encodeLogRecords([copy])).equals(expected)).toBe(true);
      }),
    );
  });

  it('has everything that the record has', () => {
    const full = record({
      spanContext: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
      severityNumber: 9,
      severityText: 'INFO',
      body: 'bought',
      eventName: 'purchase',
      attributes: { item: 'book' },
      droppedAttributesCount: 3,
    });
    const copy = copyLogRecord(full);
    expect(copy).toEqual(full);
    // The encoder groups by their identity.
    expect(copy.resource).toBe(full.resource);
    expect(copy.instrumentationScope).toBe(full.instrumentationScope);
    expect(copyLogRecord(record())).toEqual(record());
  });

  it('keeps an entry called __proto__', () => {
    const attributes = JSON.parse('{ "__proto__": { "a": 1 }, "b": 2 }') as ReadableLogRecord['attributes'];
    const copy = copyLogRecord(record({ attributes }));
    expect(Object.entries(copy.attributes)).toEqual([
      ['__proto__', { a: 1 }],
      ['b', 2],
    ]);
  });

  it('copies the bytes of a Buffer too, whose slices share them', () => {
    const body = Buffer.from('abc');
    const copy = copyLogRecord(record({ body }));
    body.fill(0);
    expect(copy.body).toEqual(Uint8Array.from([97, 98, 99]));
  });

  it('copies 64 levels, and refuses more', () => {
    const nested = (levels: number): ReadableLogRecord['body'] => (levels === 0 ? [] : [nested(levels - 1)]);
    expect(copyLogRecord(record({ body: nested(64) })).body).toEqual(nested(64));
    expect(() => copyLogRecord(record({ body: nested(65) }))).toThrow(RangeError);
    expect(() => copyLogRecord(record({ attributes: { deep: nested(66) } }))).toThrow(RangeError);
  });

  it.each([
    { hrTime: [Number.NaN, 0] },
    { hrTime: [1, Number.POSITIVE_INFINITY] },
    { hrTimeObserved: [Number.NaN, Number.NaN] },
  ] as Partial<ReadableLogRecord>[])('refuses a time that is none: %j', (times) => {
    expect(() => copyLogRecord(record(times))).toThrow('its time is none');
  });
});

describe('a copy of a log record with fields of other types', () => {
  const odd = (facts: object): ReadableLogRecord => ({ ...record(), ...facts });

  it.each([
    ...['WARN', 10n, 1.5, Number.NaN, -1, 25, null].map((severityNumber) => ({ severityNumber })),
    ...[5, null, {}].map((severityText) => ({ severityText })),
    ...[7, null, []].map((eventName) => ({ eventName })),
  ])('is without them: %p', (facts) => {
    expect(copyLogRecord(odd(facts))).toEqual(record());
  });

  it('has all severities', () => {
    for (const severityNumber of [0, 1, 24]) {
      const given = odd({ severityNumber });
      expect(copyLogRecord(given)).toEqual(given);
    }
  });

  it('shares what it may hold between body and attributes', () => {
    const half = Array(60_000);
    expect(() => copyLogRecord(odd({ body: half, attributes: { half } }))).toThrow(RangeError);
  });
});

describe('logRecordSizeBytes', () => {
  it('is no less than the encoded record has, but for texts beyond ASCII', () => {
    fc.assert(
      fc.property(anyValue, fc.dictionary(fc.string(), anyValue), (body, attributes) => {
        const given = record({ body, attributes });
        const encoded = encodeLogRecords([given]).byteLength;
        // Those have up to three bytes a character.
        const texts = JSON.stringify([body, attributes]).replaceAll(/[\x20-\x7e]/g, '');
        expect(logRecordSizeBytes(given) + 2 * texts.length).toBeGreaterThanOrEqual(encoded - 20);
      }),
    );
  });

  it.each([
    ['texts', Array(3_000).fill('')],
    ['lists', Array.from({ length: 3_000 }, () => [])],
    ['entries', Array.from({ length: 3_000 }, () => ({}))],
    ['keys', Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`${1_000 + index}`, '']))],
  ])('counts the framing of empty %s', (_name, body) => {
    const given = record({ body });
    const encoded = encodeLogRecords([given]).byteLength;
    expect(logRecordSizeBytes(given)).toBeGreaterThan(encoded * 0.9);
    expect(logRecordSizeBytes(given)).toBeLessThan(encoded * 1.1);
  });

  it.each([
    ['a long body', { body: 'é'.repeat(50_000) }, 100_000],
    ['bytes', { body: new Uint8Array(70_000) }, 70_000],
    ['nested values', { attributes: { a: { b: ['c'.repeat(30_000), 'd'.repeat(30_000)] } } }, 60_000],
    ['an event name', { eventName: 'e'.repeat(5_000), severityText: 's'.repeat(5_000) }, 10_000],
  ] as [string, Partial<ReadableLogRecord>, number][])('counts %s', (_name, facts, bytes) => {
    const more = logRecordSizeBytes(record(facts)) - logRecordSizeBytes(record());
    expect(Math.abs(more - bytes)).toBeLessThan(30);
  });
});
