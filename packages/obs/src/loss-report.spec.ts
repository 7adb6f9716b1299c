import { describe, expect, it } from '@jest/globals';
import { noopLogger } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { LossReport } from './loss-report.ts';

describe('LossReport', () => {
  it('says the first loss at once, then the sum at most once a minute, for each destination', () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const report = new LossReport({ ...noopLogger, warn: (line) => void lines.push(line) }, clock);
    report.add('a', 2, new Error('connect ECONNREFUSED'));
    report.add('a', 3, undefined);
    report.add('b', 1, undefined);
    clock.spend(60_000);
    report.add('a', 1, undefined);
    expect(lines).toEqual([
      'Traces do not reach a: connect ECONNREFUSED. 2 spans are lost; the program goes on. Is it running?',
      'Traces do not reach b. 1 span is lost; the program goes on.',
      'Traces do not reach a. 6 spans are lost; the program goes on.',
    ]);
  });
});
