import { describe, expect, it } from '@jest/globals';
import { formatCost, formatCostSources, formatCount, formatTokens, formatUsd } from './format-usage.ts';

const usage = {
  calls: 1,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  reportedUsd: 0,
  estimatedUsd: 0,
  unpricedCount: 0,
};

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [9_999, '9999'],
    [10_000, '10.0k'],
    [123_456, '123k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [1_234_567_890, '1.23G'],
  ])('writes %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('formatUsd', () => {
  it.each([
    [0, '$0'],
    [12.345, '$12.35'],
    [0.1, '$0.10'],
    [0.0996, '$0.10'],
    [0.05, '$0.050'],
    [0.0022, '$0.0022'],
    [0.000014, '$0.000014'],
    [1e-12, '<$0.00000001'],
  ])('writes %d as %s', (usd, text) => {
    expect(formatUsd(usd)).toBe(text);
  });
});

describe('formatTokens', () => {
  it('leaves open what nobody tells', () => {
    expect([formatTokens(1204, 350), formatTokens(7, null)]).toEqual(['1204→350', '7→?']);
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
    expect(formatCost({ ...usage, ...part })).toBe(text);
  });
});

describe('formatCostSources', () => {
  it.each([
    [{}, ''],
    [{ reportedUsd: 0.2 }, '$0.20 reported'],
    [{ estimatedUsd: 0.1 }, '≈ $0.10 estimated by prices@7'],
    [{ estimatedUsd: 0.1, unpricedCount: 2 }, '≈ $0.10 estimated by prices@7, 2 calls unpriced'],
    [{ unpricedCount: 1 }, '1 call unpriced'],
  ])('of %j is %j', (part, text) => {
    expect(formatCostSources({ ...usage, ...part }, ['prices@7'])).toBe(text);
  });
});
