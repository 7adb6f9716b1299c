import { describe, expect, it } from '@jest/globals';
import { WriteHealth } from './write-health.ts';

describe('WriteHealth', () => {
  it('tells of the latest write alone, and hands on how each went', async () => {
    const health = new WriteHealth();
    expect(health.problem).toBeNull();
    await expect(health.watch(Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(health.problem).toBe('disk full');
    expect(await health.watch(Promise.resolve(7))).toBe(7);
    expect(health.problem).toBeNull();
    health.fail('no thread');
    expect(health.problem).toBe('no thread');
  });
});
