import { describe, expect, it } from '@jest/globals';
import { formatBytes } from './format-bytes.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [9.94 * 1024, '9.9 KiB'],
    [9.97 * 1024, '10 KiB'],
    [1023.4 * 1024, '1023 KiB'],
    [1023.6 * 1024, '1 MiB'],
    [1024 ** 3, '1 GiB'],
    [2.5 * 1024 ** 3, '2.5 GiB'],
    [3000 * 1024 ** 4, '3000 TiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
