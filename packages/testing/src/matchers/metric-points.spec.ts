import { describe, expect, it } from '@jest/globals';
import { caching, traceOf } from '../../test/doubles.ts';
import { noColors } from '../drawing/marked-tree.ts';
import type { MetricPoint } from './metric-points.ts';
import { checkMetric } from './metric.ts';

const trace = await traceOf(caching('pages', 'miss', 'hit', 'hit'), caching('users', 'hit'));
const labels = (name: string) => ({ 'primitive.name': name, 'cache.type': 'memory' });
const pages = { labels: labels('pages'), value: 2, count: 3 };
const users = { labels: labels('users'), value: 1 };

const messageOf = (...points: readonly MetricPoint[]): string =>
  checkMetric(trace, 'cache.hits', points).message(noColors);

describe('toHaveMetric with a list', () => {
  it.each<readonly [boolean, readonly MetricPoint[]]>([
    [true, [pages, users]],
    [true, [users, pages]],
    [true, [{ labels: labels('users') }, { labels: { ...labels('pages'), 'primitive.name': /^pa/ } }]],
    // The first one fits both points.
    [
      true,
      [
        { labels: { 'primitive.name': expect.any(String), 'cache.type': 'memory' } },
        { labels: labels('pages') },
      ],
    ],
    [false, [pages]],
    [false, [pages, users, users]],
    [false, [pages, { labels: { 'primitive.name': 'users' } }]],
    [false, [pages, { labels: { ...labels('users'), 'cache.key': 'x' } }]],
    [false, [pages, { ...users, value: 2 }]],
    [false, [pages, { ...users, count: 2 }]],
  ])('passes: %p, for %p', (pass, points) => {
    expect(checkMetric(trace, 'cache.hits', points).pass).toBe(pass);
  });

  it('knows a point without labels', async () => {
    const nothing = await traceOf();
    expect(checkMetric(nothing, 'agent.workflows.active', [{ labels: {}, value: 0 }]).pass).toBe(true);
    expect(checkMetric(trace, 'cache.hits', [{ labels: {} }]).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits", [ { labels: {} } ])
      "cache.hits" has 2 points, not 1.

        value  count  primitive.name  cache.type
      ≠     2      3  "pages"         "memory"
      ≠    primitive.name: expected none, is "pages"
      ≠    cache.type: expected none, is "memory"
      +     1      1  "users"         "memory"

      ≠ different   + unexpected"
    `);
  });

  it('tells what differs', () => {
    expect(messageOf({ ...pages, value: 3 }, { labels: { 'primitive.name': 'user' } }))
      .toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits", [ { labels: {…}, value: 3, count: 3 }, { labels: {…} } ])
      "cache.hits" has 2 points, of which 2 are not as expected.

        value  count  primitive.name  cache.type
      ≠     2      3  "pages"         "memory"
      ≠    value: expected 3, is 2
      ≠     1      1  "users"         "memory"
      ≠    primitive.name: expected "user", is "users"
      ≠    cache.type: expected none, is "memory"

      ≠ different"
    `);
  });

  it('tells what is missing', () => {
    expect(
      messageOf(pages, users, { labels: { 'primitive.name': 'prices', 'cache.type': 'redis' }, value: 7 }),
    ).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits", [ { labels: {…}, value: 2, count: 3 }, { labels: {…}, value: 1 }, { labels: {…}, value: 7 } ])
      "cache.hits" has 2 points, not 3.

        value  count  primitive.name  cache.type
            2      3  "pages"         "memory"
            1      1  "users"         "memory"
      -     7         "prices"        "redis"

      - missing"
    `);
  });

  it('tells what is not expected', () => {
    expect(messageOf(users)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits", [ { labels: { 'primitive.name': 'users', 'cache.type': 'memory' }, value: 1 } ])
      "cache.hits" has 2 points, not 1.

        value  count  primitive.name  cache.type
      +     2      3  "pages"         "memory"
            1      1  "users"         "memory"

      + unexpected"
    `);
  });

  it('takes the point whose labels are right before it looks for the closest', () => {
    const close = { labels: { ...labels('users'), more: 'x' } };
    const drawn = messageOf(close, { ...users, value: 7 }, { ...pages, count: 9 });
    expect(drawn.split('\n').slice(3, -2)).toEqual([
      '  value  count  primitive.name  cache.type  more',
      '≠     2      3  "pages"         "memory"',
      '≠    count: expected 9, is 3',
      '≠     1      1  "users"         "memory"',
      '≠    value: expected 7, is 1',
      '-               "users"         "memory"    "x"',
    ]);
  });

  it('compares thousands of points by their labels, in any order', () => {
    const points = Array.from({ length: 3000 }, (_, index) => ({
      metric: 'm',
      kind: 'counter' as const,
      unit: '',
      labels: { 'primitive.name': `p${index}`, index, even: index % 2 === 0 },
      value: index,
      count: 1,
    }));
    const many = { spans: [], lines: [], points };
    const same = points.toReversed().map(({ labels: { even, ...others }, value }) => ({
      labels: { even, ...others },
      value,
    }));
    expect(checkMetric(many, 'm', same).pass).toBe(true);
    for (const wrong of [{ index: '7' }, { even: undefined }, { more: 1 }]) {
      const [first, ...rest] = same;
      const one = { ...first, labels: { ...first?.labels, ...wrong } };
      expect(checkMetric(many, 'm', [one, ...rest]).pass).toBe(false);
    }
    const renamed = same.map(({ labels: each }) => ({ labels: { ...each, more: 1 } }));
    const drawn = checkMetric(many, 'm', renamed).message(noColors);
    expect(drawn).toContain('of which 3000 are not as expected');
    // All could be taken for different: the closest of so many are not looked for.
    expect(drawn).toMatch(/\n\n.*- missing/);
  });

  it('tells that there is no such metric', () => {
    expect(checkMetric(trace, 'cache.hit', [pages]).message(noColors)).toContain(
      'There is no metric "cache.hit"; is it "cache.hits"',
    );
  });

  it('tells after .not what was recorded', () => {
    expect(messageOf(pages, users)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveMetric("cache.hits", [ { labels: {…}, value: 2, count: 3 }, { labels: {…}, value: 1 } ])
      "cache.hits" has exactly these points.

        value  count  primitive.name  cache.type
      +     2      3  "pages"         "memory"
      +     1      1  "users"         "memory"

      + unexpected"
    `);
  });

  it.each<readonly [string, unknown]>([
    ['toHaveMetric: no point is expected; that a metric was not recorded is .not.toHaveMetric(name)', []],
    ['toHaveMetric: point 1: 7 says nothing of what is expected', [pages, 7]],
    ['toHaveMetric: point 0: its labels are not said; of a point without labels they are {}', [{ value: 1 }]],
    ['toHaveMetric: point 0: labels is "a"; it has to be an object of all labels', [{ labels: 'a' }]],
    ['toHaveMetric: point 0: value is "1"; it has to be a number', [{ labels: {}, value: '1' }]],
    ['toHaveMetric: point 0: there is no "sum" to expect', [{ labels: {}, sum: 1 }]],
  ])('refuses: %s', (message, expected) => {
    expect(() => checkMetric(trace, 'cache.hits', expected as readonly MetricPoint[])).toThrow(message);
  });
});
