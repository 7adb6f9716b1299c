import { describe, expect, it } from '@jest/globals';
import { noopLogger } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { TroubleReport } from './trouble-report.ts';

describe('TroubleReport', () => {
  it('says the first trouble at once, then the sums at most once a minute, for each destination', () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const report = new TroubleReport({ ...noopLogger, warn: (line) => void lines.push(line) }, clock);
    const a = { name: 'a', keeps: 'on disk' } as const;
    const b = { name: 'b', keeps: 'in memory' } as const;
    report.add(a, { kind: 'kept', spans: 2, error: new Error('connect ECONNREFUSED') });
    report.add(a, { kind: 'kept', spans: 3, error: new Error('503') });
    report.add(a, { kind: 'dropped', spans: 1, error: new Error('too old') });
    report.add(b, { kind: 'kept', spans: 1, error: new Error('') });
    clock.spend(59_999);
    report.add(a, { kind: 'kept', spans: 4, error: new Error('503') });
    clock.spend(1);
    report.add(a, { kind: 'kept', spans: 1, error: new Error('503 Service Unavailable') });
    report.add(b, { kind: 'dropped', spans: 7, error: new Error('400 Bad Request') });
    expect(lines).toEqual([
      'Traces do not reach a: connect ECONNREFUSED. 2 spans wait on disk and are sent when it is back. Is it running?',
      'Traces do not reach b. 1 span waits in memory and is sent when it is back.',
      'Traces do not reach a: 503 Service Unavailable. 8 spans wait on disk and are sent when it is back; 1 span is dropped.',
      'Traces do not reach b: 400 Bad Request. 7 spans are dropped.',
    ]);
  });
});
