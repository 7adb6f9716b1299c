import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import type { Outcome } from '@tta/obs-instrumentation';
import { observe } from '@tta/obs-testing';
import fc from 'fast-check';
import { CompensationError } from './compensation-error.ts';
import { sagaStep, type SagaStep } from './saga-step.ts';
import { saga, type SagaOptions } from './saga.ts';

/** What a step does when it runs, and when it is undone. */
interface Behaviour {
  /** `fails`, or has its run cancelled: while it runs, or and comes to its end all the same. */
  readonly forward: 'succeeds' | 'fails' | 'is cancelled' | 'cancels and succeeds';
  /** How often undoing it fails before it succeeds. */
  readonly undoFailures: number;
  /** Whether such a failure may pass. */
  readonly mayPass: boolean;
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  forward: fc.oneof(
    { weight: 6, arbitrary: fc.constant('succeeds' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('fails', 'is cancelled', 'cancels and succeeds'),
    },
  ),
  undoFailures: fc.nat(4),
  mayPass: fc.boolean(),
});

const failure = new Error('the step failed');
const reason = new CancelledError('the caller hung up');
const passing = Object.assign(new Error('busy'), { status: 503 });
const lasting = Object.assign(new Error('unknown booking'), { status: 404 });

type Run = (
  ...given: readonly (SagaStep<string, string> | SagaOptions)[]
) => ReturnType<typeof saga<string, string>>;

function endOf(outcome: Outcome<string>): unknown {
  if (outcome.ok) return 'success';
  const { error } = outcome;
  if (!(error instanceof CompensationError)) return error;
  return { left: [...error.undoFailures], cause: error.cause };
}

describe('whatever fails in a saga', () => {
  it('undoes exactly the steps that were finished, in reverse, each once with success or reported', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { minLength: 1, maxLength: 8 }),
        fc.nat(3),
        async (behaviours, undoRetries) => {
          const stopsAt = behaviours.findIndex(({ forward }) => forward !== 'succeeds');
          const stop = behaviours[stopsAt]?.forward;
          const finished = behaviours
            .map((one, index) => ({ ...one, index }))
            .slice(0, stop === undefined ? 0 : stop === 'cancels and succeeds' ? stopsAt + 1 : stopsAt)
            .reverse();
          const attemptsOf = ({ undoFailures, mayPass }: Behaviour) =>
            undoFailures === 0 ? 1 : mayPass ? Math.min(undoFailures, undoRetries) + 1 : 1;
          const isUndone = (one: Behaviour) =>
            one.undoFailures === 0 || (one.mayPass && one.undoFailures <= undoRetries);

          const caller = new AbortController();
          const calls: string[] = [];
          const undone: string[] = [];
          const steps = behaviours.map(({ forward, undoFailures, mayPass }, index) => {
            let failuresLeft = undoFailures;
            return sagaStep(
              `step ${index}`,
              async (way: string, { signal }) => {
                if (forward === 'fails') throw failure;
                if (forward !== 'succeeds') caller.abort(reason);
                if (forward === 'is cancelled') throw signal.reason;
                return `${way}${index}`;
              },
              async (way: string, { signal }) => {
                expect(signal.aborted).toBe(false);
                calls.push(way);
                if (failuresLeft-- > 0) throw mayPass ? passing : lasting;
                undone.push(way);
              },
            );
          });
          await observe(
            async (trace) => {
              const { clock } = trace;
              const running = (saga as unknown as Run)(...steps, {
                undoRetries,
                undoTimeoutMs: 600_000,
              }).tryExecute('', { signal: caller.signal });
              await clock.advance(600_000);
              const outcome = await running;

              const outputOf = ({ index }: { index: number }) =>
                Array.from({ length: index + 1 }, (_, at) => at).join('');
              expect(calls).toEqual(
                finished.flatMap((one) => Array.from({ length: attemptsOf(one) }, () => outputOf(one))),
              );
              expect(undone).toEqual(finished.filter(isUndone).map(outputOf));
              expect(trace).toHaveCompensated(finished.filter(isUndone).map(({ index }) => `step ${index}`));
              const original = stop === 'fails' ? failure : reason;
              const left = finished
                .filter((one) => !isUndone(one))
                .map(({ index, mayPass }) => [`step ${index}`, mayPass ? passing : lasting]);
              const expected =
                stop === undefined ? 'success' : left.length > 0 ? { left, cause: original } : original;
              expect(endOf(outcome)).toEqual(expected);
              expect(clock.pendingTimers).toBe(0);
            },
            { clock: 'manual' },
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});
