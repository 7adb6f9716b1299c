import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { InstrumentedPrimitive, pause, type RunScope } from '@tta/obs-instrumentation';
import { build } from 'esbuild';
import { inProject } from '../test/project.ts';
import { ObservedTrace } from './observed-trace.ts';
import { holdContextManager } from './shared-context-manager.ts';
import { watchStandstill } from './standstill.ts';

afterAll(holdContextManager());

class Waiting extends InstrumentedPrimitive<number, void> {
  constructor() {
    super({ type: 'waiting' });
  }

  protected run(ms: number, scope: RunScope): Promise<void> {
    return pause(scope, ms);
  }
}

/** The machine's time in the hands of the spec; tells whether the last timer would have kept the process alive. */
class Machine extends ManualClock {
  keepsAlive = false;

  override timer(ms: number, fn: () => void, keepAlive = false): () => void {
    this.keepsAlive = keepAlive;
    return super.timer(ms, fn);
  }
}

/** A watched trace. */
function watched(clock: ManualClock | 'manual' = 'manual') {
  const trace = new ObservedTrace<ManualClock>({ clock });
  const machine = new Machine();
  const hints: string[] = [];
  const end = watchStandstill(trace, (hint) => hints.push(hint), machine);
  return { trace, machine, hints, end };
}

describe('a test that has forgotten to move its manual clock', () => {
  it('is told so before a test runner gives up after five seconds, whenever it came to a stand', async () => {
    const { trace, machine, hints, end } = watched();
    const running = trace.run(() => new Waiting().execute(250));
    await machine.advance(2_999);
    expect(hints).toEqual([]);
    await machine.advance(1_000);
    expect(hints).toHaveLength(1);
    end();
    await trace.clock.advance(250);
    await running;
  });

  it('is told so once, with what it waits for', async () => {
    const { trace, machine, hints } = watched();
    const running = trace.run(() => new Waiting().execute(250));
    await machine.advance(60_000);
    expect(hints).toEqual([
      [
        'observe: for 3 s nothing has happened, and 1 timer of the manual clock is pending, the next due in 250 ms.',
        'Begin the run without awaiting it, move the clock, then await it:',
        '  const running = workflow.execute(input); await trace.clock.advance(250); await running;',
        '',
        '  primitive.waiting.execute "waiting" open',
      ].join('\n'),
    ]);
    await trace.clock.advance(250);
    await running;
  });

  it('is left alone while it does something, while nothing is pending, and when it has ended', async () => {
    const { trace, machine, hints, end } = watched();
    const running = trace.run(() => new Waiting().execute(250));
    for (let second = 0; second < 20; second++) {
      await machine.advance(1_000);
      await trace.clock.advance(10);
    }
    await trace.clock.advance(1_000);
    await running;
    await machine.advance(60_000);
    const second = trace.run(() => new Waiting().execute(1));
    end();
    await machine.advance(60_000);
    await trace.clock.advance(1);
    await second;
    expect(hints).toEqual([]);
    expect(machine.pendingTimers).toBe(0);
  });

  it('is waited for by a process that would end for want of work, as long as there may be a hint', async () => {
    const { trace, machine, end } = watched();
    expect(machine.keepsAlive).toBe(true);
    const running = trace.run(() => new Waiting().execute(250));
    await machine.advance(2_000);
    expect(machine.keepsAlive).toBe(true);
    await trace.clock.advance(250);
    await running;
    await machine.advance(3_000);
    expect(machine.keepsAlive).toBe(true);
    await machine.advance(1_000);
    expect(machine.keepsAlive).toBe(false);
    const later = trace.run(() => new Waiting().execute(1));
    await machine.advance(1_000);
    expect(machine.keepsAlive).toBe(true);
    end();
    await trace.clock.advance(1);
    await later;
  });

  it(
    'is told so also where nothing else keeps its process alive',
    inProject('node-test', async (project) => {
      await build({
        entryPoints: [join(project.folder, 'forgotten.test.ts')],
        outfile: join(project.folder, 'forgotten.test.mjs'),
        bundle: true,
        platform: 'node',
        format: 'esm',
        conditions: ['@tta/source'],
        external: ['@opentelemetry/*'],
      });
      const { code, text } = await project.run(['--test', 'forgotten.test.mjs']);
      expect(code).toBe(1);
      expect(text).toContain('await trace.clock.advance(250)');
      expect(text).toMatch(/(✔|ok \d+ -) comes after it/);
    }),
  );

  it('is not watched under another clock', () => {
    const machine = new ManualClock();
    watchStandstill(new ObservedTrace({ clock: systemClock }), () => undefined, machine);
    expect(machine.pendingTimers).toBe(0);
  });
});
