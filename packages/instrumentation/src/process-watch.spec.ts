import { context } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionResult, ProcessMeter } from '@tta/obs-context';
import fc from 'fast-check';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import type { Execution } from './execution.ts';
import { Instrumentation } from './instrumentation.ts';
import { ProcessWatch } from './process-watch.ts';

beforeAll(enableContexts);

/** A process of which a spec says what it uses. */
class HandMeter implements ProcessMeter {
  cpu = 1000;
  heap = 5000;

  cpuMs(): number {
    return this.cpu;
  }

  heapBytes(): number {
    return this.heap;
  }
}

/** What listeners hear of executions, by their names. */
function listen(instrumentation: Instrumentation): Map<string, ExecutionResult> {
  const heard = new Map<string, ExecutionResult>();
  instrumentation.onExecution({ onEnd: (result) => heard.set(result.name, result) });
  return heard;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const shown = (attributes: object): string[] =>
  Object.keys(attributes).filter((key) => /^execution\.(cpu|heap|concurrent)/.test(key));

describe('process use', () => {
  it('is on the span and in the result of each execution', async () => {
    const processMeter = new HandMeter();
    const observed = new Observed({ processMeter });
    const heard = listen(observed.instrumentation);
    const inner = custom('inner', () => {
      processMeter.cpu += 2.00049;
      processMeter.heap -= 300;
    });
    const root = custom('root', async (n: number, scope) => {
      processMeter.cpu += 1;
      await scope.step('step_0', inner, n);
      processMeter.heap += 1000;
    });
    await observed.run(() => root.execute(0));
    const of = (name: string) =>
      observed.span('primitive.custom.process', { 'primitive.name': name }).attributes;
    expect(of('inner')).toMatchObject({
      'execution.cpu_ms': 2,
      'execution.heap_delta_bytes': -300,
      'execution.concurrent': 1,
    });
    expect(of('root')).toMatchObject({
      'execution.cpu_ms': 3,
      'execution.heap_delta_bytes': 700,
      'execution.concurrent': 1,
    });
    expect(heard.get('inner')?.processUse).toEqual({
      cpuMs: expect.closeTo(2.00049, 6),
      heapDeltaBytes: -300,
      concurrent: 1,
    });
    expect(heard.get('root')?.processUse).toMatchObject({ heapDeltaBytes: 700, concurrent: 1 });
  });

  it('is not on the span of the step, where sums would count it twice', async () => {
    const observed = new Observed({ processMeter: new HandMeter() });
    await observed.run(() => outer(custom('inner', () => 1)).execute(0));
    expect(observed.spans.map(({ name, attributes }) => [name, shown(attributes).length])).toEqual([
      ['primitive.custom.process', 3],
      ['primitive.custom.step_0', 0],
      ['primitive.custom.process', 3],
    ]);
  });

  it('is nowhere without a meter', async () => {
    const observed = new Observed();
    const heard = listen(observed.instrumentation);
    await observed.run(() => outer(custom('inner', () => 1)).execute(0));
    expect(observed.spans.flatMap(({ attributes }) => shown(attributes))).toEqual([]);
    expect([...heard.values()].map(({ processUse }) => processUse)).toEqual([undefined, undefined]);
  });

  it('is told of an execution that failed, too', async () => {
    const observed = new Observed({ processMeter: new HandMeter() });
    const failing = custom('failing', () => {
      throw new Error('boom');
    });
    await observed.run(() => failing.tryExecute(0));
    expect(shown(observed.span('primitive.custom.process').attributes)).toHaveLength(3);
  });

  it('is not asked for where nobody is told', async () => {
    let asked = 0;
    const read = (): number => asked++;
    const instrumentation = new Instrumentation({ processMeter: { cpuMs: read, heapBytes: read } });
    await context.with(withInstrumentation(context.active(), instrumentation), () =>
      custom('one', () => 1).execute(0),
    );
    expect(asked).toBe(0);
  });
});

describe('the number of concurrent executions', () => {
  it('is that of runs and steps that overlap, without steps and what they are steps of', async () => {
    const observed = new Observed({ processMeter: new HandMeter() });
    const heard = listen(observed.instrumentation);
    const wait = (name: string, turns: number) =>
      custom(name, async () => {
        for (let n = 0; n < turns; n++) await turn();
      });
    const fork = custom('fork', (n: number, scope) =>
      Promise.all([
        scope.step('branch_a', wait('a', 1), n),
        scope.step('branch_b', outer(wait('b', 2)), n),
        scope.step('branch_c', wait('c', 3), n),
      ]),
    );
    await observed.run(() => fork.execute(0));
    await observed.run(() => wait('alone', 1).execute(0));
    const concurrent = Object.fromEntries(
      [...heard].map(([name, { processUse }]) => [name, processUse?.concurrent]),
    );
    // Beside a: outer, b and c. Beside outer and beside b: a and c. Beside c: a, outer and b.
    expect(concurrent).toEqual({ a: 4, b: 3, outer: 3, c: 4, fork: 1, alone: 1 });
  });

  it('is 1 for steps one after the other, and for a run inside a run', async () => {
    const observed = new Observed({ processMeter: new HandMeter() });
    const heard = listen(observed.instrumentation);
    const [one, two] = [custom('one', turn), custom('two', turn)];
    const chain = custom('chain', async (n: number, scope) => {
      await scope.step('step_0', one, n);
      await scope.step('step_1', two, n);
      await custom('nested', () => 1).execute(n, { workflowName: 'inner' });
    });
    await observed.run(() => chain.execute(0));
    expect([...heard.values()].map(({ processUse }) => processUse?.concurrent)).toEqual([1, 1, 1, 1]);
  });

  it('is what a count of all pairs gives, however executions nest, overlap and outlive each other', () => {
    interface Made {
      readonly execution: Execution;
      readonly begin: number;
      end: number;
      told?: number | undefined;
    }
    const isStepOf = (step: Execution, above: Execution): boolean => {
      for (let one = step.parent; one; one = one.parent) if (one === above) return true;
      return false;
    };
    /** Below which execution to begin, or which one to end, of those that are there. */
    const move = fc.record({ isEnd: fc.boolean(), pick: fc.nat({ max: 1000 }) });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const watch = new ProcessWatch(new HandMeter(), () => undefined);
        const all: Made[] = [];
        moves.forEach(({ isEnd, pick }, time) => {
          if (isEnd) {
            const open = all.filter(({ end }) => end === Number.POSITIVE_INFINITY);
            const one = open[pick % open.length];
            if (!one) return;
            one.end = time;
            one.told = watch.end(one.execution)?.concurrent;
            return;
          }
          // One in so many begins below nothing.
          const parent = all[pick % (all.length + 1)]?.execution;
          const execution = { parent } as Execution;
          watch.begin(execution);
          all.push({ execution, begin: time, end: Number.POSITIVE_INFINITY });
        });
        for (const one of all) {
          if (one.end === Number.POSITIVE_INFINITY) continue;
          const beside = all.filter(
            (other) =>
              other !== one &&
              other.begin < one.end &&
              other.end > one.begin &&
              !isStepOf(other.execution, one.execution) &&
              !isStepOf(one.execution, other.execution),
          );
          expect(one.told).toBe(1 + beside.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a process meter at fault', () => {
  const broken = (): never => {
    throw new Error('no meter');
  };

  it.each<[string, ProcessMeter]>([
    ['throws', { cpuMs: broken, heapBytes: broken }],
    ['says NaN for processor time', { cpuMs: () => Number.NaN, heapBytes: () => 1 }],
    ['says Infinity for the heap', { cpuMs: () => 1, heapBytes: () => Number.POSITIVE_INFINITY }],
    ['says text', { cpuMs: () => '5' as unknown as number, heapBytes: () => 1 }],
  ])('that %s leaves the run alone, and its executions without figures', async (_, processMeter) => {
    const observed = new Observed({ processMeter });
    const heard = listen(observed.instrumentation);
    expect(await observed.run(() => custom('one', () => 1).execute(0))).toBe(1);
    expect(heard.get('one')).toMatchObject({ status: 'success', processUse: undefined });
    expect(shown(observed.span('primitive.custom.process').attributes)).toEqual([]);
    expect(observed.instrumentation.faults).toBe(2);
    expect(await observed.points('obs.telemetry.faults')).toEqual({ '': 2 });
  });

  it.each([
    ['the begin', 1],
    ['the end', 2],
  ])('at %s of an execution counts that one all the same among those beside others', async (_, faulty) => {
    let read = 0;
    const processMeter = new HandMeter();
    processMeter.cpuMs = () => (++read === faulty ? Number.NaN : 1);
    const observed = new Observed({ processMeter });
    const heard = listen(observed.instrumentation);
    await observed.run(() => custom('first', () => 1).execute(0));
    await observed.run(() => custom('second', () => 1).execute(0));
    expect(heard.get('first')?.processUse).toBeUndefined();
    expect(heard.get('second')?.processUse?.concurrent).toBe(1);
    expect(observed.instrumentation.faults).toBe(1);
  });
});
