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

function rig(): { clock: ManualClock; lines: string[]; report: TroubleReport } {
  const clock = new ManualClock();
  const lines: string[] = [];
  return {
    clock,
    lines,
    report: new TroubleReport({ ...noopLogger, warn: (line) => void lines.push(line) }, clock),
  };
}

describe('TroubleReport', () => {
  it('says the first trouble at once, for each destination', () => {
    const { lines, report } = rig();
    report.add('a', onDisk(2, 'connect ECONNREFUSED'));
    report.add('b', inMemory(1, ''));
    report.add('c', dropped(7, '400 Bad Request'));
    expect(lines).toEqual([
      'Traces do not reach a: connect ECONNREFUSED. 2 spans wait on disk until it is back. Is it running there?',
      'Traces do not reach b. 1 span waits in memory until it is back or the program ends.',
      '7 spans are lost on the way to c: 400 Bad Request.',
    ]);
  });

  it('says after a minute what has come to it since, each with its own reason', async () => {
    const { clock, lines, report } = rig();
    report.add('a', onDisk(2, 'connect ECONNREFUSED'));
    report.add('a', onDisk(3, '503 Service Unavailable'));
    report.add('a', inMemory(1, '503 Service Unavailable'));
    report.add('a', dropped(100_000, 'ENOSPC: no space left on device, write.'));
    await clock.advance(59_999);
    expect(lines).toHaveLength(1);
    await clock.advance(1);
    expect(lines.slice(1)).toEqual([
      'Traces do not reach a: 503 Service Unavailable. 3 spans wait on disk until it is back; ' +
        '1 span waits in memory until it is back or the program ends. ' +
        '100000 spans are lost on the way to a: ENOSPC: no space left on device, write.',
    ]);
    await clock.advance(600_000);
    expect(lines).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('says again at once what happens when it was quiet for a minute', async () => {
    const { clock, lines, report } = rig();
    report.add('a', onDisk(1, 'x'));
    await clock.advance(60_000);
    report.add('a', onDisk(1, 'y'));
    expect(lines).toHaveLength(2);
  });

  it('says at the end what it has not told, and then nothing', async () => {
    const { clock, lines, report } = rig();
    report.add('a', inMemory(1, 'connect ECONNREFUSED'));
    report.add('a', dropped(1, 'the process ended'));
    report.end();
    report.end();
    await clock.advance(600_000);
    expect(lines.slice(1)).toEqual(['1 span is lost on the way to a: the process ended.']);
    report.add('a', dropped(1, 'it ended after the shutdown'));
    report.add('a', dropped(2, 'it ended after the shutdown'));
    expect(lines.slice(2)).toEqual([
      '1 span is lost on the way to a: it ended after the shutdown.',
      '2 spans are lost on the way to a: it ended after the shutdown.',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has words of its own for damage that hides how many spans are gone', () => {
    const { lines, report } = rig();
    report.add('a', dropped(0, 'a record of x.seg is damaged or incomplete'));
    expect(lines).toEqual([
      'Of what waited on disk for a a part cannot be read: a record of x.seg is damaged or incomplete.',
    ]);
  });

  it('tells of each signal by itself', async () => {
    const { clock, lines, report } = rig();
    report.add('a', onDisk(1, 'x'));
    report.add('a', onDisk(1, 'x', 'logs'));
    report.add('a', dropped(2, 'y', 'metrics'));
    report.add('a', onDisk(2, 'x', 'logs'));
    await clock.advance(60_000);
    expect(lines).toEqual([
      'Traces do not reach a: x. 1 span waits on disk until it is back.',
      'Log lines do not reach a: x. 1 log line waits on disk until it is back.',
      '2 data points are lost on the way to a: y.',
      'Log lines do not reach a: x. 2 log lines wait on disk until it is back.',
    ]);
  });

  it.each([
    ['logs', '404 Not Found', 'Log lines', 'LOGS'],
    ['metrics', 'UNIMPLEMENTED: unknown service', 'Metrics', 'METRICS'],
  ] as const)('says once that %s are not taken: %s', async (signal, reason, all, name) => {
    const { clock, lines, report } = rig();
    for (let minutes = 0; minutes < 3; minutes++) {
      report.add('a', dropped(1, reason, signal));
      await clock.advance(60_000);
    }
    report.end();
    expect(lines).toEqual([
      `${all} are lost on the way to a: ${reason}. It takes none: update it, or set OTEL_${name}_EXPORTER=none.`,
    ]);
    report.add('b', dropped(1, reason, signal));
    expect(lines).toHaveLength(2);
  });

  it('says again and again that traces are not taken', async () => {
    const { clock, lines, report } = rig();
    report.add('a', dropped(1, '404 Not Found'));
    report.add('a', dropped(1, '404 Not Found'));
    await clock.advance(60_000);
    expect(lines).toHaveLength(2);
  });
});
