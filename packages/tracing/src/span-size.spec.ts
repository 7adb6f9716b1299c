import { describe, expect, it } from '@jest/globals';
import { endedSpan } from '../test/ended-span.ts';
import { spanMemoryBytes, spanSizeBytes } from './span-size.ts';

describe('spanSizeBytes', () => {
  it('counts 68 bytes, the name and the message of the status', () => {
    expect(spanSizeBytes(endedSpan({ name: 'ab' }))).toBe(70);
    const failed = { ...endedSpan({ name: 'ab' }), status: { code: 2, message: 'boom' } };
    expect(spanSizeBytes(failed)).toBe(74);
  });

  it.each([
    [{ key: 'text' }, 15],
    [{ key: 12 }, 19],
    [{ key: true }, 19],
    [{ key: ['ab', 'c', null] }, 34],
    [{ key: undefined }, 19],
    [{ a: 'b', c: 'd' }, 20],
    [{ '': '', a: [], b: ['', ''] }, 34],
  ])('counts the attributes %j as %d bytes', (attributes, bytes) => {
    expect(spanSizeBytes(endedSpan({ name: '', attributes }))).toBe(68 + bytes);
  });

  it('counts events and links with their attributes', () => {
    const { spanContext } = endedSpan();
    const span = endedSpan({
      name: '',
      events: [{ name: 'retry', time: [0, 0], attributes: { n: 1 } }],
      links: [{ context: spanContext(), attributes: { n: 1 } }, { context: spanContext() }],
    });
    expect(spanSizeBytes(span)).toBe(68 + (12 + 5 + 17) + (28 + 17) + 28);
  });
});

describe('spanMemoryBytes', () => {
  it('grows by two bytes a character beyond what every span takes', () => {
    const bytesOf = (text: string): number => spanMemoryBytes(endedSpan({ name: '', attributes: { text } }));
    expect(bytesOf('x'.repeat(500)) - bytesOf('')).toBe(1_000);
    expect(bytesOf('')).toBeGreaterThan(1_000);
  });
});

describe('a long text', () => {
  it('counts by its bytes, which a receiver limits, not by its characters', () => {
    const sizeOf = (text: string): number => spanSizeBytes(endedSpan({ attributes: { text } }));
    expect(sizeOf('界'.repeat(1_000)) - sizeOf('')).toBe(3_000);
    expect(sizeOf('x'.repeat(1_000)) - sizeOf('')).toBe(1_000);
  });
});
