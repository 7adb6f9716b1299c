import { getEventListeners } from 'node:events';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import {
  Instrumentation,
  type InstrumentedPrimitive,
  type Outcome,
  type PrimitiveLike,
  withInstrumentation,
} from '@tta/obs-instrumentation';
import { mockPrimitive, observed, type Trace } from '@tta/obs-testing';
import { timeout } from '../src/timeout.ts';

/** How a primitive looks in each of the ways that a run can end. */
export interface Looks {
  /** What it is given. @defaultValue 1 */
  readonly input?: unknown;
  /** What comes of it when its step gives 2. */
  readonly output: unknown;
  /** The tree of spans, as it is drawn, of each way to end. */
  readonly success: string;
  /** Its step threw an error that cannot pass: HTTP status 400. */
  readonly error: string;
  /** Its step, which is then a timeout around one that hangs, timed out. */
  readonly timeout: string;
  /** The caller aborted while its step was running. */
  readonly cancelled: string;
}

type Step = PrimitiveLike<never, number>;
type Make = (step: Step) => InstrumentedPrimitive<never, unknown>;
type Clock = Pick<ManualClock, 'advance' | 'nextTimerInMs' | 'pendingTimers'>;

const badRequest = Object.assign(new Error('400 Bad Request'), { status: 400 });
const hungUp = new CancelledError('the caller hung up');

/** For each way to end: the step that leads to it, and what the caller does meanwhile. */
const ways = {
  success: () => mockPrimitive<unknown, number>('step').returns(2),
  error: () => mockPrimitive<unknown, number>('step').fails(badRequest),
  timeout: () => timeout(mockPrimitive<unknown, number>('step').hangs(), { ms: 100 }),
  cancelled: () => mockPrimitive<unknown, number>('step').hangs(),
} as const;

/**
 * Holds for a primitive what holds for all: the exact tree, attributes, points and lines of each way to end, which are
 * the same results without any telemetry; and that nothing is left behind.
 */
export function describeOutcomes(type: string, make: Make, looks: Looks): void {
  describe(`a ${type} whose run ends by`, () => {
    const { input = 1 } = looks;
    // What comes of an error is for the primitive to say: it may have an answer to it.
    const certain = {
      success: { ok: true, value: looks.output },
      error: {},
      timeout: {},
      cancelled: { ok: false, error: hungUp },
    };
    for (const way of ['success', 'error', 'timeout', 'cancelled'] as const) {
      it(
        `${way} tells exactly this, leaves nothing behind, and ends the same without telemetry`,
        observed(
          async (trace) => {
            const seen = await runToEnd(make(ways[way]()), input, way, trace.clock);
            expect(trace).toHaveSpanTree(looks[way]);
            expect(trace).toMatchTraceSnapshot();
            expect(pointTexts(trace)).toMatchSnapshot();
            expect(seen).toMatchObject(certain[way]);

            const clock = new ManualClock();
            const silent = withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock }));
            const unseen = await context.with(silent, () => runToEnd(make(ways[way]()), input, way, clock));
            expect(resultOf(unseen)).toEqual(resultOf(seen));
          },
          { clock: 'manual', logLevel: 'debug' },
        ),
      );
    }
  });
}

async function runToEnd(
  primitive: InstrumentedPrimitive<never, unknown>,
  input: unknown,
  way: keyof typeof ways,
  clock: Clock,
): Promise<Outcome<unknown>> {
  const caller = new AbortController();
  const { signal } = caller;
  let outcome: Outcome<unknown> | undefined;
  const running = primitive.tryExecute(input as never, { signal }).then((ended) => (outcome = ended));
  await clock.advance(0);
  if (way === 'cancelled') caller.abort(hungUp);
  for (let turn = 0; !outcome && turn < 100; turn++) await clock.advance(clock.nextTimerInMs ?? 0);
  if (!outcome) throw new Error('it hangs');
  expect(clock.pendingTimers).toBe(0);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  return running;
}

/** All but what differs between two runs. */
function resultOf(outcome: Outcome<unknown>): unknown {
  if (outcome.ok) return outcome.value;
  const { error, info } = outcome;
  return [error, info.type, info.message, info.category, info.severity, info.recoverable, info.path];
}

function pointTexts({ points }: Trace): string {
  return points
    .map(({ metric, labels, value, count, kind }) => {
      const of = Object.entries(labels).map(([key, label]) => `${key}=${String(label)}`);
      const many = kind === 'histogram' ? `${count} × ${value / count}` : String(value);
      return `${metric} {${of.sort().join(', ')}} ${many}`;
    })
    .sort()
    .join('\n');
}
