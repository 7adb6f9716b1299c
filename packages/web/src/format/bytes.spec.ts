import { describe, expect, it } from '@jest/globals';
import { formatBytes } from './bytes.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1 KiB'],
    [1_536, '1.5 KiB'],
    [10_188, '9.9 KiB'],
    [10_240, '10 KiB'],
    [1_048_063, '1023 KiB'],
    [1_048_064, '1 MiB'],
    [1_073_741_824, '1 GiB'],
    [5e15, '4547 TiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
