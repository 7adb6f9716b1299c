import { describe, expect, it } from '@jest/globals';
import { agentBucketsS, genAiMetricNames, genAiNames, inferenceBucketsS } from './gen-ai-names.ts';
import { noopLogger } from './logger.ts';
import {
  attributeNames,
  baggagePrefix,
  durationBucketsMs,
  metricNames,
  primitiveSpanName,
  tagPrefix,
} from './names.ts';

describe('names', () => {
  it('puts type and action or edge into the name of a span', () => {
    expect(primitiveSpanName('retry', 'attempt_2')).toBe('primitive.retry.attempt_2');
  });

  it.each([
    ['attributes', attributeNames],
    ['metrics', metricNames],
    ['GenAI attributes', genAiNames],
    ['GenAI metrics', genAiMetricNames],
  ])('has dotted lower-case %s, each once', (_what, names) => {
    const values = Object.values(names);
    for (const value of values) expect(value).toMatch(/^[a-z_]+(\.[a-z_]+)+$/);
    expect(new Set(values).size).toBe(values.length);
  });

  it('has prefixes that no attribute begins with', () => {
    for (const prefix of [tagPrefix, baggagePrefix]) {
      expect(prefix).toMatch(/^[a-z]+\.$/);
      expect(Object.values(attributeNames).filter((name) => name.startsWith(prefix))).toEqual([]);
    }
  });

  it('has buckets that rise', () => {
    for (const bounds of [durationBucketsMs, inferenceBucketsS, agentBucketsS]) {
      expect([...bounds].sort((a, b) => a - b)).toEqual(bounds);
    }
  });
});

describe('noopLogger', () => {
  it('takes lines of every level and drops them', () => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      expect(noopLogger[level]('dropped', { a: 1 })).toBeUndefined();
    }
  });
});
