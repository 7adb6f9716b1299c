import { deflateSync, inflateSync } from 'node:zlib';
import { InvalidOptionError } from '@tta/obs-context';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type JsHistogram,
} from 'hdr-histogram-js';
import { decodeHistogram, encodeHistogram } from './histogram-encoding.ts';
import { bucketCount, highestUsOf, latencyRecorder, longestMs } from './latency-histogram.ts';

function decoded(text: string): Map<number, number> {
  const found = new Map<number, number>();
  decodeHistogram(text, 'it', (index, count) => found.set(index, count));
  return found;
}

function countsOf(entries: Iterable<readonly [number, number]>): Float64Array {
  const counts = new Float64Array(bucketCount);
  for (const [index, count] of entries) counts[index] = count;
  return counts;
}

/** What a text holds that says what `change` makes of the plain bytes of a histogram. */
function forged(change: (plain: Buffer) => Buffer): string {
  const encoded = Buffer.from(encodeHistogram(countsOf([[3, 2]])), 'base64');
  const deflated = deflateSync(change(inflateSync(encoded.subarray(8))));
  const head = Buffer.from(encoded.subarray(0, 8));
  head.writeInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
}

/** A histogram whose counts are these bytes. */
function withWords(...bytes: number[]): string {
  return forged((plain) => {
    const head = Buffer.from(plain.subarray(0, 40));
    head.writeInt32BE(bytes.length, 4);
    return Buffer.concat([head, Buffer.from(bytes)]);
  });
}

const buckets = fc.uniqueArray(
  fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: bucketCount - 1 }), fc.constantFrom(0, 1, 255, 256, bucketCount - 1)),
    fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
  ),
  { selector: ([index]) => index, maxLength: 200 },
);

/** Of which class the error is. */
function thrownBy(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}

describe('encodeHistogram', () => {
  it('is read by hdr-histogram-js as the same histogram', () => {
    fc.assert(
      fc.property(buckets, (entries) => {
        const histogram = decodeFromCompressedBase64(encodeHistogram(countsOf(entries)), 64) as JsHistogram;
        expect(histogram.numberOfSignificantValueDigits).toBe(2);
        expect(histogram.totalCount).toBe(entries.reduce((sum, [, count]) => sum + count, 0));
        for (const [index, count] of entries) {
          expect(histogram.getCountAtIndex(index)).toBe(count);
          expect(histogram.highestEquivalentValue(histogram.valueFromIndex(index))).toBe(highestUsOf(index));
        }
      }),
    );
  });

  it('writes the header fields that Java reads: no index offset, a ratio of 1', () => {
    const plain = inflateSync(Buffer.from(encodeHistogram(countsOf([[300, 1]])), 'base64').subarray(8));
    expect(plain.readInt32BE(8)).toBe(0);
    expect(plain.readDoubleBE(32)).toBe(1);
    expect(Number(plain.readBigInt64BE(24))).toBe(highestUsOf(300));
  });
});

describe('decodeHistogram', () => {
  it('reads what encodeHistogram wrote, for all counts', () => {
    const entries = fc.uniqueArray(
      fc.tuple(fc.nat({ max: bucketCount - 1 }), fc.integer({ min: 1, max: 2 ** 52 - 1 })),
      { selector: ([index]) => index, maxLength: 100 },
    );
    fc.assert(
      fc.property(entries, (entries) => {
        expect(decoded(encodeHistogram(countsOf(entries)))).toEqual(
          new Map(entries.toSorted(([a], [b]) => a - b)),
        );
      }),
    );
  });

  it('reads what hdr-histogram-js wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10_000_000 }), { maxLength: 100 }), (values) => {
        const histogram = build({ numberOfSignificantValueDigits: 2 });
        for (const value of values) histogram.recordValue(value);
        let total = 0;
        for (const count of decoded(encodeIntoCompressedBase64(histogram)).values()) total += count;
        expect(total).toBe(values.length);
      }),
    );
  });

  it('refuses other significant digits', () => {
    const histogram = build({ numberOfSignificantValueDigits: 3 });
    histogram.recordValue(1000);
    expect(() => decoded(encodeIntoCompressedBase64(histogram))).toThrow(
      'it cannot be read: it has 3 significant digits, not 2; pass what a PrimitiveStatistics of this version wrote',
    );
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'no compressed HdrHistogram'],
    ['no base64', 'äöü!', 'no compressed HdrHistogram'],
    ['other bytes', Buffer.alloc(64).toString('base64'), 'no compressed HdrHistogram'],
    ['another content', forged(() => Buffer.alloc(100)), 'no compressed HdrHistogram'],
    ['a header cut off', forged((plain) => plain.subarray(0, 39)), 'no compressed HdrHistogram'],
    ['what inflates to a thousand times as much', forged(() => Buffer.alloc(50_000_000)), 'no compressed'],
    ['a text that is too long', 'A'.repeat(65_537), 'it is 65537 characters long, more than 65536'],
    [
      'another unit',
      forged((plain) => {
        plain.writeBigInt64BE(1000n, 16);
        return plain;
      }),
      'its lowest discernible value is not 1',
    ],
    [
      'more bytes than it says',
      forged((plain) => Buffer.concat([plain, Buffer.alloc(1)])),
      'its length is not',
    ],
    ['a count cut off', withWords(0x80), 'cut off or too large'],
    ['a count of 10 bytes', withWords(...Array<number>(9).fill(0xff), 1), 'cut off or too large'],
    [
      'a gap of 2 ** 50 buckets',
      withWords(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07, 2),
      'more than a week',
    ],
    ['more buckets than there are', withWords(...Array<number>(bucketCount + 1).fill(0)), 'more than a week'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => decoded(text)).toThrow(InvalidOptionError);
    expect(() => decoded(text)).toThrow(message);
  });

  it('refuses a text that is cut off anywhere', () => {
    const text = encodeHistogram(
      countsOf([
        [3, 2],
        [4000, 70_000],
      ]),
    );
    for (let length = 0; length < text.length - 2; length++) {
      expect(() => decoded(text.slice(0, length))).toThrow(InvalidOptionError);
    }
  });

  it('throws nothing but an InvalidOptionError, whatever bytes it is given', () => {
    const base = Buffer.from(
      encodeHistogram(
        countsOf([
          [3, 2],
          [2000, 9],
        ]),
      ),
      'base64',
    );
    const plain = inflateSync(base.subarray(8));
    fc.assert(
      fc.property(fc.nat({ max: plain.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const text = forged(() => {
          const changed = Buffer.from(plain);
          changed[at] = byte;
          return changed;
        });
        expect([undefined, 'InvalidOptionError']).toContain(thrownBy(() => decoded(text)));
      }),
    );
  });
});

describe('latencyRecorder', () => {
  it('has the buckets that the encoding counts on', () => {
    const recorder = latencyRecorder();
    recorder.recordValue(longestMs * 1000);
    expect(recorder.countsArrayLength).toBe(bucketCount);
    const indexes = Array.from({ length: bucketCount }, (_, index) => index);
    const highest = indexes.map((index) => highestUsOf(index));
    const lowest = indexes.map((index) => recorder.valueFromIndex(index));
    expect(highest).toEqual(lowest.map((value) => recorder.highestEquivalentValue(value)));
    expect(highest.map((value) => recorder.countsArrayIndex(value))).toEqual(indexes);
    expect(highest.filter((value, index) => value - lowest[index]! > lowest[index]! / 128)).toEqual([]);
  });
});
