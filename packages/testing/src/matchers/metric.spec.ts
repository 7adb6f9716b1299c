import { describe, expect, it } from '@jest/globals';
import { caching, traceOf, work } from '../../test/doubles.ts';
import { noColors } from '../drawing/marked-tree.ts';
import type { Trace } from '../trace.ts';
import { checkMetric, type MetricExpectation } from './metric.ts';

const trace = await traceOf(
  caching('pages', 'miss', 'hit', 'hit'),
  caching('users', 'hit'),
  work('save', 'disk full'),
);

const recording = (...values: readonly number[]): Trace => ({
  spans: [],
  lines: [],
  points: values.map((value, index) => ({
    metric: 'usd',
    kind: 'counter',
    unit: '',
    labels: { index },
    value,
    count: 1,
  })),
});

describe('toHaveMetric', () => {
  it.each<readonly [string, MetricExpectation | undefined]>([
    ['cache.hits', undefined],
    ['cache.hits', 3],
    ['cache.hits', { value: 3, count: 4 }],
    ['cache.hits', { value: 2, labels: { 'primitive.name': 'pages' } }],
    ['cache.hits', { count: 1, labels: { 'primitive.name': /^user/ } }],
    ['cache.hits', { labels: { 'primitive.name': expect.stringContaining('er') } }],
    // Of a histogram a number is how many values it has.
    ['primitive.execution.duration', 3],
    ['primitive.execution.duration', { value: 0 }],
  ])('passes for %s %p', (name, expected) => {
    expect(checkMetric(trace, name, expected).pass).toBe(true);
  });

  it.each([
    [true, [0.1, 0.2], 0.3],
    [true, Array.from({ length: 10 }, () => 0.1), 1],
    [false, [0.1, 0.2], 0.300_001],
    [false, [0.1, 0.2], 0.300_000_000_001],
    [true, [2_000_000_000], 2_000_000_000],
    [false, [2_000_000_001], 2_000_000_000],
    [false, [1_764_000_001_500], 1_764_000_000_000],
    [false, [2_000_000_000.5], 2_000_000_000],
    [false, [5e-10], 0],
    [false, [1e-10], 9e-10],
    [true, [-0], 0],
    [true, [Number.POSITIVE_INFINITY], Number.POSITIVE_INFINITY],
    [false, [Number.POSITIVE_INFINITY], Number.NEGATIVE_INFINITY],
    [false, [Number.POSITIVE_INFINITY], 5],
    [false, [5], Number.POSITIVE_INFINITY],
  ])('minds only what sums of decimal fractions are off: %p, for %p and %p', (pass, values, expected) => {
    expect(checkMetric(recording(...values), 'usd', expected).pass).toBe(pass);
  });

  it('minds no more of a point in a list', () => {
    const point = (value: number) => [{ labels: { index: 0 }, value }];
    expect(checkMetric(recording(0.1 + 0.2), 'usd', point(0.3)).pass).toBe(true);
    expect(checkMetric(recording(2_000_000_001), 'usd', point(2_000_000_000)).pass).toBe(false);
  });

  it.each([
    [[0.1, 0.2], '0.3'],
    [[0.123_456], '0.123456'],
    [[1_234_567_890_123_456], '1234567890123456'],
    [[0.300_000_000_001], '0.300000000001'],
  ])('tells the sum of %p as %s', (values, text) => {
    expect(checkMetric(recording(...values), 'usd', 7).message(noColors)).toContain(
      `"usd" has the value ${text}, not 7.`,
    );
  });

  it('tells the value of each point', () => {
    expect(checkMetric(trace, 'cache.hits', 4).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits", 4)
      "cache.hits" has the value 3, not 4.

        value  count  primitive.name  cache.type
      ≠     2      3  "pages"         "memory"
      ≠     1      1  "users"         "memory"

      ≠ different"
    `);
  });

  it('tells which points are meant', () => {
    const labels = { 'primitive.name': 'pages' };
    expect(checkMetric(trace, 'cache.hits', { value: 1, count: 2, labels }).message(noColors))
      .toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits", { value: 1, count: 2, labels: { 'primitive.name': 'pages' } })
      "cache.hits" where { 'primitive.name': 'pages' } has the value 2, not 1, and the count 3, not 2.

        value  count  primitive.name  cache.type
      ≠     2      3  "pages"         "memory"
            1      1  "users"         "memory"

      ≠ different"
    `);
  });

  it('tells where a label is not on all points', () => {
    expect(checkMetric(trace, 'primitive.execution.count', 1).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("primitive.execution.count", 1)
      "primitive.execution.count" has the value 3, not 1.

        value  count  primitive.name  primitive.type  execution.status  error.type  error.category
      ≠     1      1  "pages"         "cache"         "success"
      ≠     1      1  "users"         "cache"         "success"
      ≠     1      1  "save"          "work"          "error"           "Error"     "resource"

      ≠ different"
    `);
  });

  it('tells that no point has such labels', () => {
    const labels = { 'primitive.name': 'page' };
    expect(checkMetric(trace, 'cache.hits', { labels }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits", { labels: { 'primitive.name': 'page' } })
      There is no point of "cache.hits" where { 'primitive.name': 'page' }.

        value  count  primitive.name  cache.type
      ≠     2      3  "pages"         "memory"
      ≠    primitive.name: expected "page", is "pages"
            1      1  "users"         "memory"

      ≠ different"
    `);
  });

  it('tells what differs about the closest points', () => {
    const labels = {
      'primitive.name': 'page',
      'primitive.type': 'cache',
      'execution.status': 'success',
      'error.type': 'E',
    };
    expect(checkMetric(trace, 'primitive.execution.count', { value: 1, labels }).message(noColors))
      .toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("primitive.execution.count", { value: 1, labels: {…} })
      There is no point of "primitive.execution.count" where { 'primitive.name': 'page', 'primitive.type': 'cache', 'execution.status': 'success', 'error.type': 'E' }.

        value  count  primitive.name  primitive.type  execution.status  error.type  error.category
      ≠     1      1  "pages"         "cache"         "success"
      ≠    primitive.name: expected "page", is "pages"
      ≠    error.type: expected "E", is missing
            1      1  "users"         "cache"         "success"
            1      1  "save"          "work"          "error"           "Error"     "resource"

      ≠ different"
    `);
    const none = { labels: { 'cache.type': 'redis' } };
    expect(checkMetric(trace, 'cache.hits', none).message(noColors)).not.toContain('≠');
  });

  it('proposes names like one that is unknown', async () => {
    expect(checkMetric(trace, 'cache.hit').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hit")
      There is no metric "cache.hit"; is it "cache.hits"?

        primitive.execution.count
        primitive.execution.duration
        cache.total
        cache.hits
        primitive.in_flight
        agent.workflows.active"
    `);
    expect(checkMetric(await traceOf(), 'cache.hit').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hit")
      There is no metric "cache.hit".

        agent.workflows.active"
    `);
  });

  it('tells what else there is where there are no metrics at all', () => {
    expect(checkMetric({ ...trace, points: [] }, 'cache.hits').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveMetric("cache.hits")
      There is no metric "cache.hits".

        (no metrics)"
    `);
  });

  it.each<MetricExpectation>([3, { count: 3 }, { labels: { a: 1 } }, [{ labels: {} }]])(
    'fails after .not as well where %p is expected of a metric that nobody recorded',
    (expected) => {
      expect(checkMetric(trace, 'cache.hit', expected)).toMatchObject({ pass: false, isVoid: true });
      expect(checkMetric(trace, 'cache.hits', expected).isVoid).toBe(false);
    },
  );

  it('takes .not for that it was not recorded where nothing else is expected', () => {
    expect(checkMetric(trace, 'cache.hit')).toMatchObject({ pass: false, isVoid: false });
  });

  it('tells after .not what was recorded', () => {
    expect(checkMetric(trace, 'cache.hits').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveMetric("cache.hits")
      "cache.hits" has the value 3 and the count 4.

        value  count  primitive.name  cache.type
      +     2      3  "pages"         "memory"
      +     1      1  "users"         "memory"

      + unexpected"
    `);
  });

  it.each<readonly [string, unknown, unknown]>([
    ['toHaveMetric: the name of the metric is ""; it has to be a text that is not empty', '', 1],
    [
      'toHaveMetric: "1" says nothing of what is expected; it takes a number, a list of points or { value, count, labels }',
      'a',
      '1',
    ],
    ['toHaveMetric: null says nothing of what is expected', 'a', null],
    ['toHaveMetric: NaN says nothing of what is expected', 'a', Number.NaN],
    [
      'toHaveMetric: nothing is expected; it takes a number, a list of points or { value, count, labels }',
      'a',
      {},
    ],
    [
      'toHaveMetric: there is no "sum" to expect; it takes a number, a list of points or { value, count, labels }',
      'a',
      { sum: 1 },
    ],
    ['toHaveMetric: value is "1"; it has to be a number', 'a', { value: '1' }],
    ['toHaveMetric: labels is {}; it has to be an object with at least one label', 'a', { labels: {} }],
  ])('refuses: %s', (message, name, expected) => {
    expect(() => checkMetric(trace, name as string, expected as number)).toThrow(message);
  });
});
