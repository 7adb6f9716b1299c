import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { attributeNames as names } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { Instrumentation, withInstrumentation } from '@tta/obs-instrumentation';
import { observe, type Trace } from '@tta/obs-testing';
import fc from 'fast-check';
import { type Scenario, scenario } from '../test/compositions/plan.ts';
import { resultOf, runScenario, type Seen } from '../test/compositions/run-scenario.ts';

/** Whatever is composed of whatever, fails, lasts and is cancelled at whichever moment. */
const inEveryScenario = (holds: (seen: Seen, trace: Trace, of: Scenario) => unknown): Promise<void> =>
  fc.assert(
    fc.asyncProperty(scenario, (drawn) =>
      observe(async (trace) => void (await holds(await runScenario(drawn, trace.clock), trace, drawn)), {
        clock: 'manual',
      }),
    ),
    { numRuns: 300 },
  );

type Span = Trace['spans'][number];
const isExecution = ({ attributes }: Span): boolean => attributes[names.primitiveType] !== undefined;
const sum = ({ points }: Trace, metric: string): number =>
  points.filter((point) => point.metric === metric).reduce((total, { value }) => total + value, 0);
const withoutNumbers = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replace(/[0-9]+/g, '0'));
const isLeaf = ({ attributes }: Span): boolean =>
  attributes[names.primitiveType] === 'lambda' && String(attributes[names.primitiveName]).startsWith('leaf ');
/** A saga that nobody waits for any more, of a branch that lost, undoes its steps all the same. */
const isUndoing = (span: Span | undefined, byId: ReadonlyMap<string, Span>): boolean =>
  span !== undefined &&
  (span.name.startsWith('primitive.saga.compensate_') || isUndoing(byId.get(span.parentSpanId ?? ''), byId));
const exceptionsOf = ({ events }: Span): unknown[] =>
  events.filter(({ name }) => name === 'exception').map(({ attributes }) => attributes['exception.message']);

describe('every composition', () => {
  it('is one tree of spans, which have all ended with it', () =>
    inEveryScenario((_, trace) => {
      expect(trace).toHaveNoOrphans();
      const [root, ...others] = trace.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
      expect(others).toEqual([]);
      const endMs = root?.endMs ?? 0;
      expect(trace.spans.filter((span) => span.endMs === undefined)).toEqual([]);
      const byId = new Map(trace.spans.map((span) => [span.spanId, span]));
      const outlasting = trace.spans.filter(
        (span) => span.startMs <= endMs && (span.endMs ?? 0) > endMs && !isUndoing(span, byId),
      );
      expect(outlasting).toEqual([]);
    }));

  it('has a span for each call of a step, and none for what was not called but what was cancelled before', () =>
    inEveryScenario(({ journal }, { spans }) => {
      const leaves = new Map(spans.filter(isLeaf).map((span) => [span.spanId, span]));
      const called = journal.calls.map(({ spanId = '' }) => [leaves.get(spanId), leaves.delete(spanId)]);
      expect(called.map(([span]) => (span as Span | undefined)?.attributes[names.primitiveName])).toEqual(
        journal.calls.map(({ leaf }) => leaf),
      );
      const statuses = [...leaves.values()].map(({ attributes }) => attributes[names.executionStatus]);
      expect(statuses.filter((status) => status !== 'cancelled')).toEqual([]);
    }));

  it('ends as it does without telemetry, after the same calls', () =>
    inEveryScenario(async (seen, _, of) => {
      const clock = new ManualClock();
      const silent = withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock }));
      const unseen = await context.with(silent, () => runScenario(of, clock));
      const [result, unseenResult] = [resultOf(seen.outcome), resultOf(unseen.outcome)];
      // Which of two steps speaks that fail at the same moment is a matter of turns, and telemetry takes some.
      expect(withoutNumbers(result)).toEqual(withoutNumbers(unseenResult));
      const isTie = JSON.stringify(result) !== JSON.stringify(unseenResult);
      const told = ({ journal }: Seen) => journal.calls.map(({ leaf, thrown }) => [leaf, thrown]);
      expect(isTie ? [] : told(seen)).toEqual(isTie ? [] : told(unseen));
    }));

  it('is counted once for each span of an execution, and nothing stays in flight', () =>
    inEveryScenario((_, trace) => {
      const executions = trace.spans.filter(isExecution).length;
      expect(sum(trace, 'primitive.execution.count')).toBe(executions);
      const durations = trace.points.filter(({ metric }) => metric === 'primitive.execution.duration');
      expect(durations.reduce((total, { count }) => total + count, 0)).toBe(executions);
      expect(sum(trace, 'primitive.in_flight')).toBe(0);
      expect(sum(trace, 'agent.workflows.active')).toBe(0);
      expect(sum(trace, 'obs.telemetry.faults')).toBe(0);
    }));

  it('tells every error once, where it arose, and no failure without its error', () =>
    inEveryScenario(({ journal }, { spans }) => {
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      const told = spans.flatMap(exceptionsOf);
      for (const { spanId = '', thrown, signal } of journal.calls) {
        const span = byId.get(spanId);
        // Aborted at the moment in which it threw, by what another branch threw before.
        const wasCancelled = signal.aborted && span?.attributes[names.executionStatus] === 'cancelled';
        const expected = thrown === undefined || wasCancelled ? [] : [thrown];
        expect(span && exceptionsOf(span)).toEqual(expected);
        expect(told.filter((message) => message === thrown)).toEqual(expected);
      }
      const failed = spans.filter((span) => span.failed);
      expect(failed.filter(({ statusMessage }) => !told.includes(statusMessage))).toEqual([]);
    }));

  it('leaves no timer and no listener, and begins nothing that was cancelled before', () =>
    inEveryScenario(({ journal, left }) => {
      expect(left).toEqual({ timers: 0, listeners: 0 });
      expect(journal.calls.filter(({ wasAbortedAtBegin }) => wasAbortedAtBegin)).toEqual([]);
    }));
});
