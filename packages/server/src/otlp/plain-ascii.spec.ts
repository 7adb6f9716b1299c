import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteWriter } from './byte-writer.ts';
import { PlainAscii } from './plain-ascii.ts';

const isPlain = (byte: number) => byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x5c;

/** Long runs of plain bytes with few others between them, at any alignment, with more bytes around them. */
const placed = fc
  .tuple(
    fc.nat(9),
    fc.array(
      fc.oneof(
        {
          weight: 8,
          arbitrary: fc
            .string({ minLength: 1, maxLength: 60, unit: 'binary-ascii' })
            .map((text) => Buffer.from(text)),
        },
        { weight: 3, arbitrary: fc.nat(40).map((length) => Buffer.alloc(length, 'plain ')) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)) },
      ),
    ),
    fc.nat(5),
  )
  .map(([before, parts, after]) => {
    const text = Buffer.concat(parts);
    const whole = Buffer.from(new ArrayBuffer(before + text.length + after), before);
    text.copy(whole);
    return { whole, length: text.length };
  });

describe('PlainAscii', () => {
  it('finds the first byte that JSON would change, from every start to every end', () => {
    fc.assert(
      fc.property(placed, fc.nat(), fc.nat(), ({ whole, length }, one, other) => {
        const [start, end] = [one % (length + 1), other % (length + 1)].toSorted((a, b) => a - b) as [
          number,
          number,
        ];
        let first = start;
        while (first < end && isPlain(whole[first]!)) first++;
        expect(new PlainAscii(whole).end(start, end)).toBe(first);
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets a text be written exactly as JSON.stringify writes it, or not at all', () => {
    fc.assert(
      fc.property(placed, ({ whole, length }) => {
        const out = new ByteWriter();
        out.byte(0x2d);
        const text = whole.toString('latin1', 0, length);
        const isWritten = out.asciiString(new PlainAscii(whole), 0, length);
        expect(isWritten).toBe(/^[\x20-\x7e\b\f\n\r\t]*$/.test(text));
        expect(out.since(1)).toBe(isWritten ? JSON.stringify(text) : '');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is written as long as the text itself fits, though each of its bytes might have needed two', () => {
    const out = new ByteWriter();
    const text = Buffer.alloc(2 ** 20, 'plain text ');
    for (let count = 0; count < 127; count++) out.copy(text, 0, text.length);
    expect(out.asciiString(new PlainAscii(text), 0, text.length - 2)).toBe(true);
    expect(out.length).toBe(128 * 2 ** 20);
    expect(() => out.byte(0x20)).toThrow('more than');
    out.length = 127 * 2 ** 20;
    text[7] = 0x0a;
    expect(() => out.asciiString(new PlainAscii(text), 0, text.length - 2)).toThrow('more than');
  });

  it('takes buffers of no bytes and of one byte', () => {
    for (const offset of [0, 1, 2]) {
      const memory = new ArrayBuffer(offset + 1);
      expect(new PlainAscii(Buffer.from(memory, offset, 0)).end(0, 0)).toBe(0);
      expect(new PlainAscii(Buffer.from(memory, offset, 1)).end(0, 1)).toBe(0);
    }
  });
});
