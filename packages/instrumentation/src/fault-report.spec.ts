import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { FaultReport } from './fault-report.ts';

afterEach(() => diag.disable());

function listen(warn: (message: string) => void): void {
  const drop = (): void => undefined;
  const logger: DiagLogger = { error: drop, warn, info: drop, debug: drop, verbose: drop };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

describe('FaultReport', () => {
  it('says the first fault at once and further ones once a minute, with their number', () => {
    const clock = new ManualClock();
    const said: string[] = [];
    listen((message) => said.push(message.slice(0, 40)));
    const report = new FaultReport(clock);
    report.add(new Error('a'));
    report.add(new Error('b'));
    clock.spend(60_000);
    report.add(new Error('c'));
    expect(said).toEqual([
      '@tta/obs: 1 fault(s) in telemetry so far',
      '@tta/obs: 3 fault(s) in telemetry so far',
    ]);
    expect(report.count).toBe(3);
  });

  it('says the first fault alone by a clock that tells no time', () => {
    const said: string[] = [];
    listen((message) => said.push(message));
    const report = new FaultReport({
      now: () => 0,
      monotonic: () => Number.NaN,
      timer: () => () => undefined,
    });
    report.add(new Error('a'));
    report.add(new Error('b'));
    expect([said.length, report.count]).toEqual([1, 2]);
  });

  it('counts on when the reporting is at fault itself', () => {
    listen(() => {
      throw new Error('no voice');
    });
    const report = new FaultReport(new ManualClock());
    report.add(new Error('a'));
    expect(report.count).toBe(1);
  });
});
