import type { LineExpectation } from './matchers/logged.ts';
import type { MetricExpectation } from './matchers/metric.ts';
import type { SpanPattern } from './matchers/span-pattern.ts';
import type { SpanTree } from './matchers/span-tree.ts';
import type { TraceLimits } from './matchers/stay-within.ts';

/**
 * What a test can expect of a trace, `expect(trace)`. All look at the trace as it is at the moment. When one fails, its
 * message shows the trace as a tree with the difference marked in it.
 *
 * Each throws `OBS_ERR_INVALID_OPTION` for arguments that say nothing and for a value that is no trace, also after
 * `.not`.
 *
 * @typeParam R - What a matcher returns: nothing, or after `.resolves` a promise.
 */
export interface TraceMatchers<R> {
  /**
   * The trace consists of exactly these trees, one for each root. Children are in the order of their starts; below what
   * runs them side by side (parallel, race, settle, foreach, hedge) and where `unordered` is said, in any.
   *
   * @example
   * ```ts
   * expect(trace).toHaveSpanTree(`
   *   primitive.retry.execute "ask model" success
   *   ├─ primitive.retry.attempt_1 "ask model" error
   *   │  └─ primitive.llm.chat
   *   └─ primitive.retry.attempt_2 "ask model" success
   *      └─ …
   * `);
   * ```
   *
   * @param trees - Texts as messages draw them, of which a line need say no more than the name of a span, and `…` is
   *   whatever is inside one; plain indentation will do. Or objects, where more is expected of a span.
   */
  toHaveSpanTree(...trees: readonly SpanTree[]): R;
  /**
   * There is a span like this.
   *
   * @param times - So many there are, no more and no less. @defaultValue at least one
   *
   * @example `expect(trace).toHaveSpan({ name: 'fetch page', outcome: 'timeout' })`
   */
  toHaveSpan(pattern: SpanPattern, times?: number): R;
  /**
   * The retries called `name` repeated their step. Where none is called so, `.not` fails as well.
   *
   * @param times - Attempts beyond the first, in all runs together; 0 where they ran and repeated nothing.
   *   @defaultValue at least once
   */
  toHaveRetried(name: string, times?: number): R;
  /**
   * The fallback called `name` used an alternative, whether or not that succeeded. Where none is called so, `.not` fails
   * as well.
   *
   * @param to - What the alternative is called. @defaultValue any
   */
  toHaveFallenBack(name: string, to?: string): R;
  /**
   * The cache called `name` had what it was asked for, as the metric `cache.hits` counts: what was out of date and
   * served all the same is a hit. Where none of the name was asked, `.not` fails as well.
   *
   * @param times - In all runs together; 0 where it was asked and had nothing. @defaultValue at least once
   */
  toHaveHitCache(name: string, times?: number): R;
  /**
   * Exactly these steps of sagas were undone with success, in this order.
   *
   * @example `expect(trace).toHaveCompensated(['charge', 'reserve'])`
   */
  toHaveCompensated(names: readonly string[]): R;
  /**
   * No span failed: also none whose failure a retry or a fallback answered. What was cancelled has not failed. Of a
   * trace without any span this cannot be said: then it fails, and `.not` as well.
   */
  toHaveNoErrors(): R;
  /**
   * The parent of each span is in the trace or in another process, and every span has ended. Of a trace without any span
   * this cannot be said: then it fails, and `.not` as well.
   */
  toHaveNoOrphans(): R;
  /**
   * The trace used no more than this. Of a trace without any span this cannot be said: then it fails, and `.not` as
   * well.
   *
   * @example `expect(trace).toStayWithin({ ms: 500, usd: 0.01, tokens: 2_000 })`
   */
  toStayWithin(limits: TraceLimits): R;
  /**
   * A metric was recorded. Where something is expected of it and nothing of the name was, `.not` fails as well.
   *
   * @param expected - Its value over all label sets, of a histogram how many values it has; or what is expected of some
   *   of its points; or all of its points, each with all of its labels, in any order. @defaultValue anything
   *
   * @example `expect(trace).toHaveMetric('llm.tokens.total', { value: 120, labels: { 'llm.token_type': 'prompt' } })`
   */
  toHaveMetric(name: string, expected?: MetricExpectation): R;
  /**
   * A line was logged. A text is looked for inside the message, also as `message`: all of it is `/^all of it$/`.
   *
   * @example `expect(trace).toHaveLogged({ level: 'warn', message: /retry/, in: 'fetch page' })`
   */
  toHaveLogged(expected: LineExpectation): R;
}

/** What a test can expect of a trace under Jest and Vitest. */
export interface RunnerTraceMatchers<R> extends TraceMatchers<R> {
  /**
   * The trace is as it was when the snapshot was written: its spans with their attributes, events, links and log lines;
   * without what differs from run to run and from machine to machine: times, durations, ports, the folders of the
   * machine; made-up ids are numbered as they come. Children of a parallel, race, settle, foreach and hedge are sorted;
   * what a step of your own begins by `Promise.all` stays in the order in which it began.
   *
   * @param hint - Added to the name of the snapshot.
   */
  toMatchTraceSnapshot(hint?: string): R;
}
