import { describe, expect, it } from '@jest/globals';
import { spanOf } from '../../test/spans.ts';
import { spanCost, strangerCost, unlikeness } from './span-likeness.ts';
import type { SpanPattern } from './span-pattern.ts';

const attempt = spanOf('primitive.retry.attempt_1', {
  attributes: { 'step.name': 'fetch page', a: 1, b: 2 },
  events: [{ name: 'cache.hit', attributes: {}, timeMs: 0 }],
});

const of = (pattern: SpanPattern): number => unlikeness(pattern, attempt);

describe('unlikeness', () => {
  it('is nothing where nothing differs', () => {
    expect(of('primitive.retry.attempt_1')).toBe(0);
    expect(of({ name: /page/, attributes: { a: 1 } })).toBe(0);
  });

  it.each<SpanPattern>([
    'primitive.cache.execute',
    'GET',
    'primitive.attempt_1',
    { span: /cache/ },
    { span: 'primitive.cache.execute', outcome: 'success' },
    { span: 'primitive.cache.execute', name: 'parse' },
    { name: 'parse' },
    { name: 'parse', outcome: 'success' },
    { outcome: 'error' },
    { attributes: { c: 2 }, events: ['x'] },
    { outcome: 'error', events: [{ name: 'cache.miss', attributes: { a: 1 } }] },
  ])('is that of a stranger to %p', (pattern) => {
    expect(of(pattern)).toBe(strangerCost);
    expect(of(pattern)).toBeGreaterThan(2 * spanCost);
  });

  it.each<SpanPattern>([
    { attributes: { a: 2 } },
    { attributes: { a: 2, b: 3 }, events: ['x'] },
    { outcome: 'error', attributes: { a: 2 } },
    { events: [{ name: 'cache.hit', attributes: { 'cache.type': 'redis' } }] },
  ])('is not that of a stranger where %p is there with other values', (pattern) => {
    expect(of(pattern)).toBeGreaterThan(0);
    expect(of(pattern)).toBeLessThan(spanCost);
  });

  it('grows with what differs', () => {
    const costs = [
      of({ span: 'primitive.retry.attempt_1', attributes: { a: 2, b: 2 } }),
      of({ span: 'primitive.retry.attempt_1', attributes: { a: 2, b: 3 } }),
      of({ span: 'primitive.retry.attempt_1', name: 'parse' }),
      of({ span: 'primitive.cache.execute', name: 'fetch page' }),
      of('primitive.retry.attempt_2'),
      of({ span: 'primitive.retry.attempt_2', attributes: { a: 2, b: 3 } }),
    ];
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    expect(new Set(costs).size).toBe(costs.length);
    expect(costs.every((cost) => cost > 0 && cost < 2 * spanCost)).toBe(true);
  });

  it('is less where an attribute has another value than where it is missing', () => {
    const span = 'primitive.retry.attempt_1';
    expect(of({ span, attributes: { a: 2 } })).toBeLessThan(of({ span, attributes: { c: 2 } }));
  });

  it('is that of what a line says', () => {
    expect(of('primitive.retry.attempt_1 "fetch page" success')).toBe(0);
    expect(of('primitive.retry.attempt_1 "fetch page" error')).toBe(
      of({ span: 'primitive.retry.attempt_1', name: 'fetch page', outcome: 'error' }),
    );
  });

  it('stays below that of a stranger, whatever differs besides the name', () => {
    const attributes = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, 1]));
    expect(of({ span: 'primitive.retry.attempt_1', attributes })).toBeLessThan(2 * spanCost);
    expect(of({ attributes: { a: 1, ...attributes } })).toBeLessThan(2 * spanCost);
  });
});
