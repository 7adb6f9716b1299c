import { describe, expect, it } from '@jest/globals';
import { costSources, formatCost, formatUsd } from './usd.ts';

const nothing = { reportedUsd: 0, estimatedUsd: 0, unpricedCount: 0 };

describe('formatUsd', () => {
  it.each([
    [0, '$0'],
    [12_345.678, '$12,345.68'],
    [12.345, '$12.35'],
    [0.1, '$0.10'],
    [0.0996, '$0.10'],
    [0.05, '$0.050'],
    [0.0022, '$0.0022'],
    [0.00042, '$0.00042'],
    [0.000014, '$0.000014'],
    [1e-12, '<$0.00000001'],
  ])('writes %d as %s', (usd, text) => {
    expect(formatUsd(usd)).toBe(text);
  });
});

describe('formatCost', () => {
  it.each([
    [{}, ''],
    [{ reportedUsd: 0.2 }, '$0.20'],
    [{ reportedUsd: 0.2, estimatedUsd: 0.1 }, '≈ $0.30'],
    [{ estimatedUsd: 0.1, unpricedCount: 2 }, '≈ $0.10 +'],
    [{ unpricedCount: 2 }, 'unpriced'],
  ])('of %j is %j', (part, text) => {
    expect(formatCost({ ...nothing, ...part })).toBe(text);
  });
});

describe('costSources', () => {
  it.each([
    [{}, ''],
    [{ reportedUsd: 0.2 }, '$0.20 reported'],
    [{ reportedUsd: 0.2, estimatedUsd: 0.1 }, '$0.20 reported, $0.10 estimated'],
    [{ estimatedUsd: 0.1, unpricedCount: 2 }, '$0.10 estimated, 2 calls unpriced'],
    [{ unpricedCount: 1 }, '1 call unpriced'],
  ])('of %j is %j', (part, text) => {
    expect(costSources({ ...nothing, ...part })).toBe(text);
  });
});
