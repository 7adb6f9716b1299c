import { describe, expect, it } from '@jest/globals';
import type { TraceDocument } from '@tta/obs-protocol';
import { ServiceProblem } from '../service/service-client.ts';
import { traceDocument, traceSummary } from '../testing/trace-fixture.ts';
import { OpenTrace } from './open-trace.ts';

function setUp() {
  const due: (() => void)[] = [];
  const pausesMs: number[] = [];
  const loads: {
    id: string;
    resolve(document: TraceDocument): void;
    reject(error: unknown): void;
    signal: AbortSignal;
  }[] = [];
  let nowMs = 0;
  const open = new OpenTrace({
    load: (id, signal) =>
      new Promise((resolve, reject) => {
        loads.push({ id, resolve, reject, signal });
      }),
    timer: (delayMs, fn) => {
      pausesMs.push(delayMs);
      due.push(fn);
      return () => void due.splice(due.indexOf(fn) >>> 0, 1);
    },
    nowMs: () => nowMs,
  });
  const settle = async (act: () => void): Promise<void> => {
    act();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const answer = (seq: number, tookMs = 1): Promise<void> =>
    settle(() => {
      nowMs += tookMs;
      loads.at(-1)!.resolve(traceDocument([{ name: 'root' }], { traceId: 'a', seq }));
    });
  return { open, loads, due, pausesMs, answer, settle };
}

describe('OpenTrace', () => {
  it('loads a trace once and shows its rows', async () => {
    const { open, loads, answer } = setUp();
    open.open('a');
    open.open('a');
    await answer(1);
    expect(loads).toHaveLength(1);
    expect(open.state.value).toMatchObject({ kind: 'shown', tree: { rowCount: 1 } });
  });

  it('loads again for a later state and not for one that it shows', async () => {
    const { open, loads, due, answer } = setUp();
    open.open('a');
    await answer(5);
    due.shift()!();
    open.noteChange(traceSummary({ traceId: 'a', seq: 5 }));
    open.noteChange(traceSummary({ traceId: 'other', seq: 9 }));
    expect(loads).toHaveLength(1);
    open.noteChange(traceSummary({ traceId: 'a', seq: 6 }));
    expect(loads).toHaveLength(2);
  });

  it('gathers changes that come during a load into one load after it', async () => {
    const { open, loads, due, pausesMs, answer } = setUp();
    open.open('a');
    open.noteChange(traceSummary({ traceId: 'a', seq: 2 }));
    open.noteChange(traceSummary({ traceId: 'a', seq: 3 }));
    await answer(1, 400);
    expect(loads).toHaveLength(1);
    due.shift()!();
    expect(loads).toHaveLength(2);
    expect(pausesMs).toEqual([800]);
  });

  it('tells a missing trace from a service that cannot be reached', async () => {
    const { open, loads, settle } = setUp();
    open.open('a');
    await settle(() => loads[0]!.reject(new ServiceProblem(404, 'none')));
    expect(open.state.value.kind).toBe('missing');
    open.open('b');
    await settle(() => loads[1]!.reject(new TypeError('fetch failed')));
    expect(open.state.value).toEqual({ kind: 'failed', message: 'The service cannot be reached.' });
    open.open('c');
    await settle(() => loads[2]!.reject(new ServiceProblem(500, 'The service answered 500: disk full')));
    expect(open.state.value).toMatchObject({ message: 'The service answered 500: disk full' });
  });

  it('keeps showing what it has when an update fails', async () => {
    const { open, loads, due, answer, settle } = setUp();
    open.open('a');
    await answer(1);
    due.shift()!();
    open.reload();
    await settle(() => loads[1]!.reject(new TypeError('fetch failed')));
    expect(open.state.value.kind).toBe('shown');
  });

  it('drops an answer that comes after another trace was opened', async () => {
    const { open, loads, settle } = setUp();
    open.open('a');
    open.open('b');
    expect(loads[0]!.signal.aborted).toBe(true);
    await settle(() => loads[0]!.resolve(traceDocument([])));
    expect(open.state.value.kind).toBe('loading');
  });

  it('does nothing once it is closed', async () => {
    const { open, loads, due, answer } = setUp();
    open.open('a');
    await answer(1);
    open.close();
    open.reload();
    expect(due).toEqual([]);
    expect(loads).toHaveLength(1);
  });
});
