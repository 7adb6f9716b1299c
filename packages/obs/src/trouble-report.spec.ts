import { describe, expect, it } from '@jest/globals';
import { noopLogger } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import type { Signal, Trouble } from '@tta/obs-tracing';
import { TroubleReport } from './trouble-report.ts';

const onDisk = (count: number, reason: string, signal: Signal = 'traces'): Trouble => ({
  signal,
  kind: 'kept',
  keptOn: 'disk',
  count,
  error: new Error(reason),
});
const inMemory = (count: number, reason: string): Trouble => ({ ...onDisk(count, reason), keptOn: 'memory' });
const dropped = (count: number, reason: string, signal: Signal = 'traces'): Trouble => ({
  ...onDisk(count, reason, signal),
  kind: 'dropped',
  keptOn: undefined,
});

interface Rig {
  clock: ManualClock;
  lines: string[];
  report: TroubleReport;
  /** Adds trouble of the destination of this name. */
  add: (name: string, trouble: Trouble) => void;
  /** The destination has acknowledged so many more. */
  arrive: (name: string, count: number) => void;
}

function rig(): Rig {
  const clock = new ManualClock();
  const lines: string[] = [];
  const arrived = new Map<string, number>();
  const report = new TroubleReport({ ...noopLogger, warn: (line) => void lines.push(line) }, clock);
  return {
    clock,
    lines,
    report,
    add: (name, trouble) => report.add({ name, exported: () => arrived.get(name) ?? 0 }, trouble),
    arrive: (name, count) => void arrived.set(name, (arrived.get(name) ?? 0) + count),
  };
}

describe('TroubleReport', () => {
  it('says the first trouble at once, for each destination', () => {
    const { lines, add } = rig();
    add('a', onDisk(2, 'connect ECONNREFUSED'));
    add('b', inMemory(1, ''));
    add('c', dropped(7, '400 Bad Request'));
    expect(lines).toEqual([
      'Traces do not reach a: connect ECONNREFUSED. 2 spans wait on disk until it is back. Is it running there?',
      'Traces do not reach b. 1 span waits in memory until it is back or the program ends.',
      '7 spans are lost on the way to c: 400 Bad Request.',
    ]);
  });

  it('says after a minute what has come to it since, each with its own reason', async () => {
    const { clock, lines, add } = rig();
    add('a', onDisk(2, 'connect ECONNREFUSED'));
    add('a', onDisk(3, '503 Service Unavailable'));
    add('a', inMemory(1, '503 Service Unavailable'));
    add('a', dropped(100_000, 'ENOSPC: no space left on device, write.'));
    await clock.advance(59_999);
    expect(lines).toHaveLength(1);
    await clock.advance(1);
    expect(lines.slice(1)).toEqual([
      'Traces do not reach a: 503 Service Unavailable. 5 spans wait on disk until it is back; ' +
        '1 span waits in memory until it is back or the program ends. ' +
        '100000 spans are lost on the way to a: ENOSPC: no space left on device, write.',
    ]);
    await clock.advance(600_000);
    expect(lines).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('says again at once what happens when it was quiet for a minute', async () => {
    const { clock, lines, add } = rig();
    add('a', onDisk(1, 'x'));
    await clock.advance(60_000);
    add('a', onDisk(1, 'y'));
    expect(lines).toHaveLength(2);
  });

  it('says what waits now, not what ever waited', async () => {
    const { clock, lines, add, arrive, report } = rig();
    add('a', onDisk(2, 'x'));
    add('a', onDisk(3, 'x'));
    add('a', inMemory(4, 'x'));
    arrive('a', 6);
    await clock.advance(60_000);
    add('a', onDisk(1, 'y'));
    arrive('a', 4);
    report.beginEnd('the program is over');
    report.end();
    expect(lines.slice(1)).toEqual([
      'Traces do not reach a: x. 3 spans wait in memory until it is back or the program ends.',
    ]);
  });

  it('does not say that what was given up waits', async () => {
    const { clock, lines, add, report } = rig();
    add('a', onDisk(2, 'x'));
    add('a', onDisk(3, 'x'));
    add('a', dropped(4, 'its folder is full'));
    await clock.advance(60_000);
    report.end();
    expect(lines.slice(1)).toEqual([
      'Traces do not reach a: x. 1 span waits on disk until it is back. 4 spans are lost on the way to a: its folder is full.',
    ]);
  });

  it('says at the end in one line how each destination stands, and then nothing', async () => {
    const { clock, lines, add, report } = rig();
    report.beginEnd('observability was shut down');
    for (const name of ['a', 'b']) add(name, inMemory(2, 'connect ECONNREFUSED'));
    add('b', onDisk(3, 'given up at shutdown'));
    add('a', dropped(2, 'the process ended'));
    add('b', dropped(2, 'the process ended'));
    add('c', dropped(1, 'the process ended'));
    add('d', onDisk(1, 'given up at shutdown'));
    add('e', dropped(1, 'the process ended before it was answered'));
    await clock.advance(600_000);
    expect(lines).toEqual([]);
    report.end();
    report.end();
    expect(lines).toEqual([
      '2 spans are lost on the way to a: connect ECONNREFUSED.',
      'Traces do not reach b: connect ECONNREFUSED. 3 spans wait on disk until it is back. ' +
        '2 spans are lost on the way to b: connect ECONNREFUSED. Is it running there?',
      '1 span is lost on the way to c: observability was shut down.',
      'Traces do not reach d: observability was shut down. 1 span waits on disk until it is back.',
      '1 span is lost on the way to e: observability was shut down before it was answered.',
    ]);
  });

  it('is silent while the end is under way, and gives no reason that is over', async () => {
    const { clock, lines, add, arrive, report } = rig();
    for (const name of ['a', 'b']) add(name, inMemory(2, 'x'));
    add('a', inMemory(1, 'x'));
    arrive('b', 2);
    report.beginEnd('the program is over');
    await clock.advance(60_000);
    add('b', dropped(1, 'the process ended'));
    expect(lines).toHaveLength(2);
    report.end();
    // Nothing waits in memory any more.
    expect(lines.slice(2)).toEqual(['1 span is lost on the way to b: the program is over.']);
  });

  it('repeats at the end nothing that it has told', async () => {
    const { clock, lines, add, report } = rig();
    add('a', onDisk(1, 'x'));
    add('b', dropped(1, 'y'));
    report.beginEnd('the process ended');
    await clock.advance(60_000);
    report.end();
    expect(lines).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('says after the end at once what still happens', () => {
    const { clock, lines, add, report } = rig();
    report.end();
    add('a', dropped(1, 'it ended after the shutdown'));
    add('a', dropped(2, 'it ended after the shutdown'));
    expect(lines).toEqual([
      '1 span is lost on the way to a: it ended after the shutdown.',
      '2 spans are lost on the way to a: it ended after the shutdown.',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has words of its own for damage that hides how many spans are gone', () => {
    const { lines, add } = rig();
    add('a', dropped(0, 'a record of x.seg is damaged or incomplete'));
    expect(lines).toEqual([
      'Of what waited on disk for a a part cannot be read: a record of x.seg is damaged or incomplete.',
    ]);
  });

  it('tells of each signal by itself', async () => {
    const { clock, lines, add } = rig();
    add('a', onDisk(1, 'x'));
    add('a', onDisk(1, 'x', 'logs'));
    add('a', dropped(2, 'y', 'metrics'));
    add('a', onDisk(2, 'x', 'logs'));
    await clock.advance(60_000);
    expect(lines).toEqual([
      'Traces do not reach a: x. 1 span waits on disk until it is back.',
      'Log lines do not reach a: x. 1 log line waits on disk until it is back.',
      '2 data points are lost on the way to a: y.',
      'Log lines do not reach a: x. 3 log lines wait on disk until it is back.',
    ]);
  });

  it.each([
    ['logs', '404 Not Found', 'Log lines', 'LOGS'],
    ['metrics', 'UNIMPLEMENTED: unknown service', 'Metrics', 'METRICS'],
  ] as const)('says once that %s are not taken: %s', async (signal, reason, all, name) => {
    const { clock, lines, add, report } = rig();
    for (let minutes = 0; minutes < 3; minutes++) {
      add('a', dropped(1, reason, signal));
      await clock.advance(60_000);
    }
    report.end();
    const piece = signal === 'logs' ? 'log lines' : 'data points';
    expect(lines).toEqual([
      `${all} are lost on the way to a: ${reason}. It takes none: update it, or set OTEL_${name}_EXPORTER=none.`,
      `2 more ${piece} are lost on the way to a: it takes none.`,
    ]);
    add('b', dropped(1, reason, signal));
    expect(lines).toHaveLength(3);
  });

  it('tells of other trouble with a destination that had no place for log lines', () => {
    const { lines, add } = rig();
    add('a', dropped(1, '404 Not Found', 'logs'));
    add('a', dropped(1, '404 Not Found', 'logs'));
    add('a', dropped(1, '401 Unauthorized', 'logs'));
    expect(lines.slice(1)).toEqual(['1 log line is lost on the way to a: 401 Unauthorized.']);
  });

  it('says again that log lines are not taken when some were taken since', () => {
    const { lines, add, arrive } = rig();
    add('a', dropped(1, '404 Not Found', 'logs'));
    arrive('a', 1);
    add('a', dropped(1, '404 Not Found', 'logs'));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe(lines[0]);
  });

  it('says again and again that traces are not taken', async () => {
    const { clock, lines, add } = rig();
    add('a', dropped(1, '404 Not Found'));
    add('a', dropped(1, '404 Not Found'));
    await clock.advance(60_000);
    expect(lines).toHaveLength(2);
  });
});
