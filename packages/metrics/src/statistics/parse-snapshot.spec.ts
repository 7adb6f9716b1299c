import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ended } from '../../test/executions.ts';
import { parseSnapshot } from './parse-snapshot.ts';
import { PrimitiveStatistics } from './primitive-statistics.ts';
import type { StatisticsSnapshot } from './statistics-snapshot.ts';

function taken(): StatisticsSnapshot {
  const statistics = new PrimitiveStatistics({ clock: new ManualClock(), process: 'worker-1' });
  statistics.onEnd(ended('a', { durationMs: 3, costUsd: 2 }));
  statistics.onEnd(ended('a', { status: 'error', durationMs: 70_000, errorCategory: 'network' }));
  statistics.onEnd(ended('b', { processUse: { cpuMs: 1, heapDeltaBytes: -5, concurrent: 1 } }));
  return statistics.snapshot();
}

type Json = Record<string, unknown>;

/** A snapshot as JSON in which something is changed: `primitives.0.latency.count`. */
function changed(path: string, value: unknown): unknown {
  const snapshot = JSON.parse(JSON.stringify(taken())) as Json;
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = snapshot;
  for (const key of keys) at = at[key] as Json;
  at[last] = value;
  return snapshot;
}

/** Of which class the error is. */
function thrownBy(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}

describe('parseSnapshot', () => {
  it('reads what was taken', () => {
    expect(parseSnapshot(JSON.parse(JSON.stringify(taken())))).toEqual(taken());
  });

  it('reads what a process of an earlier version has taken, which knows of no execution that is suspended', () => {
    const { executions } = taken().primitives[0]!;
    const { suspended, ...before } = executions;
    expect(suspended).toBe(0);
    expect(parseSnapshot(changed('primitives.0.executions', before))).toEqual(taken());
    expect(thrownBy(() => parseSnapshot(changed('primitives.0.executions.suspended', -1)))).toBe(
      'InvalidOptionError',
    );
  });

  it('reads what is as large as it gets', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock(), maxPrimitives: 10_000 });
    for (let i = 0; i <= 10_001; i++) statistics.onEnd(ended(`${i}`));
    const { primitives } = parseSnapshot(JSON.parse(JSON.stringify(statistics.snapshot())));
    expect(primitives).toHaveLength(10_001);
    expect(primitives.at(-1)).toMatchObject({ name: '_OTHER', executions: { success: 2 } });
  }, 60_000);

  it('leaves out what it does not know', () => {
    expect(parseSnapshot(changed('future', 1))).toEqual(taken());
    expect(parseSnapshot(changed('primitives.0.executions.future', 1))).toEqual(taken());
    expect(parseSnapshot(changed('primitives.0.__proto__', { polluted: 1 }))).toEqual(taken());
  });

  it('says the percentiles that the histogram holds', () => {
    expect(parseSnapshot(changed('primitives.0.latency.p50Ms', 12_345))).toEqual(taken());
  });

  it.each<[string, unknown, string]>([
    ['version', 2, 'snapshot.version is 2, not 1; update whichever side is older'],
    ['version', undefined, 'snapshot.version is undefined, not 1'],
    ['takenAtMs', -1, 'snapshot.takenAtMs is -1, not a number from 0 to 9007199254740991'],
    ['takenAtMs', null, 'snapshot.takenAtMs is null, not'],
    ['windowMs', '300000', 'snapshot.windowMs is string, not'],
    ['process', 7, 'snapshot.process is 7, not a text of at most 1024 characters'],
    ['process', 'p'.repeat(1025), 'snapshot.process is string, not a text of at most 1024 characters'],
    ['primitives', {}, 'snapshot.primitives is object, not a list of at most 10001'],
    [
      'primitives',
      Array<unknown>(10_002).fill(1),
      'snapshot.primitives is a list of 10002, not a list of at most 10001',
    ],
    ['primitives.1', [], 'snapshot.primitives[1] is a list of 0, not an object'],
    ['primitives.1', null, 'snapshot.primitives[1] is null, not an object'],
    ['primitives.0.name', undefined, 'snapshot.primitives[0].name is undefined, not a text'],
    ['primitives.0.type', 'x'.repeat(1025), 'snapshot.primitives[0].type is string, not a text'],
    ['primitives.0.inFlight', 1.5, 'snapshot.primitives[0].inFlight is 1.5, not a whole number from 0'],
    ['primitives.0.inFlight', -1, 'snapshot.primitives[0].inFlight is -1'],
    ['primitives.0.executions', 'x', 'snapshot.primitives[0].executions is string, not an object'],
    [
      'primitives.0.executions.timeout',
      2 ** 53,
      'snapshot.primitives[0].executions.timeout is 9007199254740992',
    ],
    [
      'primitives.0.errors.network',
      {},
      'snapshot.primitives[0].errors.network is object, not a whole number',
    ],
    ['primitives.0.unmeasured', true, 'snapshot.primitives[0].unmeasured is boolean'],
    ['primitives.0.throughput.lastMinute', NaN, 'snapshot.primitives[0].throughput.lastMinute is NaN'],
    ['primitives.0.costUsd', Infinity, 'snapshot.primitives[0].costUsd is Infinity'],
    ['primitives.0.savedUsd', '1', 'snapshot.primitives[0].savedUsd is string'],
    [
      'primitives.0.processUse.heapDeltaBytes',
      -(2 ** 54),
      'snapshot.primitives[0].processUse.heapDeltaBytes is -1',
    ],
    ['primitives.0.latency', 1, 'snapshot.primitives[0].latency is 1, not an object'],
    [
      'primitives.0.latency.histogram',
      1,
      'snapshot.primitives[0].latency.histogram is 1, not a text in base64',
    ],
    [
      'primitives.0.latency.histogram',
      'AAAA',
      'snapshot.primitives[0].latency cannot be read: it is no compressed',
    ],
    [
      'primitives.0.latency.count',
      3,
      'snapshot.primitives[0].latency: its histogram holds 2 durations, its count says 3',
    ],
    [
      'primitives.0.latency.maxMs',
      604_800_001,
      'snapshot.primitives[0].latency.maxMs is 604800001, not a number from 0',
    ],
    [
      'primitives.0.latency.minMs',
      70_001,
      'snapshot.primitives[0].latency.minMs is 70001, not a number from 0 to 70000',
    ],
    [
      'primitives.0.latency.meanMs',
      1,
      'snapshot.primitives[0].latency.meanMs is 1, not a number from 3 to 70000',
    ],
  ])('refuses %s of %p', (path, value, message) => {
    expect(() => parseSnapshot(changed(path, value))).toThrow(InvalidOptionError);
    expect(() => parseSnapshot(changed(path, value))).toThrow(message);
  });

  it('throws nothing but an InvalidOptionError, whatever it is given', () => {
    const hostile = {
      toString: () => {
        throw new Error('asked for its text');
      },
    };
    expect(() => parseSnapshot(hostile)).toThrow(InvalidOptionError);
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.anything()),
        fc.constantFrom(
          'primitives',
          'primitives.0',
          'primitives.1.latency',
          'primitives.0.errors',
          'takenAtMs',
        ),
        (value, path) => {
          for (const given of [value, changed(path, value)]) {
            expect([undefined, 'InvalidOptionError']).toContain(thrownBy(() => parseSnapshot(given)));
          }
        },
      ),
    );
  });
});
