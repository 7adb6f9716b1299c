import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ExecutionResult, ExecutionStatus } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { ended } from '../../test/executions.ts';
import { defineSlo } from './define-slo.ts';
import type { SloOptions } from './slo-definition.ts';
import { type SloAlertChange, SloTracker, type SloTrackerOptions } from './slo-tracker.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const availability: SloOptions = {
  name: 'runs',
  objective: 0.999,
  indicator: { kind: 'availability' },
  alerting: { minEvents: 1 },
};

const run = ended('checkout', { type: 'sequential', durationMs: 100 });

/** A tracker that is told of runs, and what it told of its alerts: `12000 page 1h firing`. */
class Watched {
  readonly clock = new ManualClock(0);
  readonly heard: string[] = [];
  readonly changes: SloAlertChange[] = [];
  readonly tracker: SloTracker;

  constructor(slos: readonly SloOptions[] = [availability], options: Partial<SloTrackerOptions> = {}) {
    this.tracker = new SloTracker({
      slos,
      clock: this.clock,
      onAlert: (change) => {
        this.changes.push(change);
        this.heard.push(`${change.atMs} ${change.severity} ${change.longWindow} ${change.state}`);
      },
      ...options,
    });
  }

  runs(count: number, status: ExecutionStatus = 'success', more: Partial<ExecutionResult> = {}): void {
    for (let i = 0; i < count; i++) this.tracker.onEnd({ ...run, status, ...more });
  }

  window(window: string): string {
    const found = this.tracker.status()[0]?.windows.find((entry) => entry.window === window);
    return `${found?.good}+${found?.bad}`;
  }
}

/** What is told by `diag` from now on. */
function reported(): string[] {
  const reports: string[] = [];
  const logger: DiagLogger = {
    error: () => undefined,
    warn: (...told: unknown[]) => void reports.push(told.map(String).join(' ')),
    info: () => undefined,
    debug: () => undefined,
    verbose: () => undefined,
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return reports;
}

afterEach(() => diag.disable());

describe('SloTracker', () => {
  it('is compliant and burns nothing before the first execution', () => {
    const [status] = new Watched().tracker.status();
    expect(status).toMatchObject({
      good: 0,
      bad: 0,
      compliance: 1,
      errorBudgetRemaining: 1,
      total: { good: 0, bad: 0 },
    });
    expect(status?.windows.map(({ window }) => window)).toEqual([
      '5m',
      '30m',
      '1h',
      '2h',
      '6h',
      '1d',
      '3d',
      '30d',
    ]);
    expect(status?.windows.every((window) => window.burnRate === 0)).toBe(true);
    expect(status?.alerts.every((alert) => alert.state === 'inactive')).toBe(true);
  });

  // 995 good, 5 bad, objective 0.99: compliance 0.995, burn 0.005/0.01 = 0.5, budget left 0.5.
  it('counts an execution at once in every window', () => {
    const watched = new Watched([{ ...availability, objective: 0.99 }]);
    watched.runs(995);
    watched.runs(3, 'error');
    watched.runs(2, 'timeout');
    watched.runs(7, 'cancelled');
    const [status] = watched.tracker.status();
    expect(status).toMatchObject({ good: 995, bad: 5, compliance: 0.995, total: { good: 995, bad: 5 } });
    expect(status?.errorBudgetRemaining).toBeCloseTo(0.5, 12);
    for (const window of status?.windows ?? []) expect(window.burnRate).toBeCloseTo(0.5, 12);
  });

  it('is plain JSON', () => {
    const watched = new Watched();
    watched.runs(1, 'error');
    const status = watched.tracker.status();
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  });

  it('keeps a window of the same length as the period once, under the usual name', () => {
    const watched = new Watched([{ ...availability, window: '24h' }]);
    watched.runs(2);
    const [status] = watched.tracker.status();
    expect(status?.windows.map(({ window }) => window)).toEqual(['5m', '30m', '1h', '2h', '6h', '1d', '3d']);
    expect(status?.good).toBe(2);
  });

  it('judges each execution by every SLO it is about', () => {
    const watched = new Watched([
      availability,
      { ...availability, name: 'quick', indicator: { kind: 'latency', thresholdMs: 50 } },
      { ...availability, name: 'cheap', indicator: { kind: 'cost', maxUsd: 1 } },
      { ...availability, name: 'answer', selection: { primitiveName: 'answer' } },
    ]);
    watched.runs(1, 'success', { totalCostUsd: 0.5 });
    watched.runs(1, 'error', { name: 'answer', edge: 'step_1' });
    expect(watched.tracker.status().map(({ slo, good, bad }) => [slo.name, good, bad])).toEqual([
      ['runs', 1, 0],
      ['quick', 0, 1],
      ['cheap', 1, 0],
      ['answer', 0, 1],
    ]);
  });

  it('refuses two SLOs of one name', () => {
    expect(() => new Watched([availability, availability])).toThrow('two SLOs are called "runs"; give each');
  });

  it('refuses an SLO that cannot be', () => {
    expect(() => new Watched([{ ...availability, objective: 2 }])).toThrow(
      'SLO "runs": objective is 2; give',
    );
  });

  it('takes the machine’s clock when it is given none', () => {
    const tracker = new SloTracker({ slos: [defineSlo(availability)] });
    tracker.onEnd({ ...run, status: 'error' });
    expect(tracker.status()[0]?.bad).toBe(1);
  });

  describe('windows', () => {
    // Slices: 5 m has 5 s, 30 m 30 s, 1 h 1 min, 2 h 2 min, 6 h 6 min, 1 d 24 min, 3 d 72 min, 30 d 12 h.
    // What was counted in slice 0 leaves a window when its slice 60 begins, so exactly at the window's length.
    it.each([
      ['5m', 5 * minute],
      ['30m', 30 * minute],
      ['1h', hour],
      ['2h', 2 * hour],
      ['6h', 6 * hour],
      ['1d', day],
      ['3d', 3 * day],
      ['30d', 30 * day],
    ])('of %s forget slice by slice', async (window, lengthMs) => {
      const watched = new Watched([availability], { onAlert: undefined as never });
      watched.runs(3);
      watched.runs(2, 'error');
      await watched.clock.advance(lengthMs / 60);
      watched.runs(10);
      await watched.clock.advance(lengthMs - lengthMs / 60 - 1);
      expect(watched.window(window)).toBe('13+2');
      await watched.clock.advance(1);
      expect(watched.window(window)).toBe('10+0');
      await watched.clock.advance(lengthMs / 60 - 1);
      expect(watched.window(window)).toBe('10+0');
      await watched.clock.advance(1);
      expect(watched.window(window)).toBe('0+0');
    });

    it('are empty after a gap that is longer than they are, and the total is not', async () => {
      const watched = new Watched();
      watched.runs(8);
      watched.runs(2, 'error');
      watched.clock.spend(4 * day);
      watched.runs(1);
      expect(['5m', '1h', '3d', '30d'].map((window) => watched.window(window))).toEqual([
        '1+0',
        '1+0',
        '1+0',
        '9+2',
      ]);
      watched.clock.spend(400 * day);
      expect(watched.window('30d')).toBe('0+0');
      expect(watched.tracker.status()[0]).toMatchObject({ compliance: 1, total: { good: 9, bad: 2 } });
    });

    it('begin with the tracker, whatever the clock shows then', async () => {
      const clock = new ManualClock();
      await clock.advance(7 * second);
      const tracker = new SloTracker({ slos: [defineSlo(availability)], clock });
      tracker.onEnd(run);
      await clock.advance(5 * minute - 1);
      expect(tracker.status()[0]?.windows[0]?.good).toBe(1);
      await clock.advance(1);
      expect(tracker.status()[0]?.windows[0]?.good).toBe(0);
    });
  });

  describe('alerts', () => {
    // Objective 0.999, only failures: burn 1000 in each window, more than every threshold. Judged when the slice
    // of five seconds ends. Nothing ends afterwards, so only the long windows can tell that it is over: after 1 h,
    // 6 h, 1 d and 3 d.
    it('fire when their slice ends and resolve when their long window has forgotten, each told once', async () => {
      const watched = new Watched();
      await watched.clock.advance(2 * second);
      watched.runs(20, 'error');
      await watched.clock.advance(2_999);
      expect(watched.heard).toEqual([]);
      await watched.clock.advance(1);
      expect(watched.heard).toEqual(['5000 page 1h firing', '5000 page 6h firing']);
      expect(watched.changes[0]).toEqual({
        slo: 'runs',
        state: 'firing',
        severity: 'page',
        budgetShare: 0.02,
        longWindow: '1h',
        shortWindow: '5m',
        threshold: 14.4,
        longBurnRate: 1000,
        shortBurnRate: 1000,
        coveredMs: 5000,
        atMs: 5000,
      });
      expect(watched.tracker.status()[0]?.alerts[0]).toMatchObject({ state: 'firing', firingSinceMs: 5000 });
      watched.heard.length = 0;
      await watched.clock.advance(4 * day);
      expect(watched.heard).toEqual([
        `${hour} page 1h resolved`,
        `${6 * hour} page 6h resolved`,
        `${6 * hour} ticket 1d firing`,
        `${6 * hour} ticket 3d firing`,
        `${day} ticket 1d resolved`,
        `${3 * day} ticket 3d resolved`,
      ]);
      expect(watched.changes.map(({ coveredMs }) => coveredMs)).toEqual([
        5000,
        5000,
        hour,
        6 * hour,
        6 * hour,
        6 * hour,
        day,
        3 * day,
      ]);
      expect(watched.tracker.status()[0]?.alerts[0]).not.toHaveProperty('firingSinceMs');
    });

    // Objective 0.999: at 14.4 one of 69.4 executions may fail, so 69 of them without a failure tell nothing and 70
    // do; at 6 it is one of 166.7, in half an hour.
    it.each([
      [69, []],
      [70, [`${5 * minute} page 1h resolved`]],
      [167, [`${5 * minute} page 1h resolved`, `${30 * minute} page 6h resolved`]],
    ])('resolve by their short window when it holds enough to tell: %d', async (good, expected) => {
      const watched = new Watched([{ ...availability, alerting: { ticket: false } }]);
      watched.runs(100, 'error');
      await watched.clock.advance(minute);
      expect(watched.heard.splice(0)).toHaveLength(2);
      watched.runs(good);
      await watched.clock.advance(40 * minute);
      expect(watched.heard).toEqual(expected);
    });

    // A run in five fails, sixty an hour: a short window of five without a failure comes every quarter of an hour.
    it('do not resolve between the failures of a quiet hour', async () => {
      const watched = new Watched([{ ...availability, alerting: {} }]);
      for (let minutes = 0; minutes < day / minute; minutes++) {
        watched.runs(1, minutes % 20 < 4 ? 'error' : 'success');
        await watched.clock.advance(minute);
      }
      expect(watched.changes.map(({ severity, state }) => `${severity} ${state}`)).toEqual([
        'page firing',
        'page firing',
      ]);
    });

    it('do not fire for two failures, however much they burn', async () => {
      const watched = new Watched();
      watched.runs(30);
      watched.runs(2, 'error');
      await watched.clock.advance(minute);
      expect(watched.heard).toEqual([]);
      watched.runs(1, 'error');
      await watched.clock.advance(minute);
      expect(watched.heard).toHaveLength(2);
    });

    it('of tickets are told while no page fires, and then told to the end', async () => {
      // Burn 3.5 in every window: above the tickets' thresholds and below the pages'.
      const watched = new Watched([availability]);
      watched.runs(9_965);
      watched.runs(35, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.heard.splice(0)).toEqual(['5000 ticket 1d firing', '5000 ticket 3d firing']);
      watched.runs(1_000, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.heard.splice(0)).toEqual(['10000 page 1h firing', '10000 page 6h firing']);
      const states = watched.tracker.status()[0]?.alerts.map(({ state }) => state);
      expect(states).toEqual(['firing', 'firing', 'firing', 'firing']);
      await watched.clock.advance(4 * day);
      expect(watched.heard.map((line) => line.replace(/^\d+ /, ''))).toEqual([
        'page 1h resolved',
        'page 6h resolved',
        'ticket 1d resolved',
        'ticket 3d resolved',
      ]);
    });

    // 30 days, objective 0.999: the page over 1 h and 5 m fires above 14.4, so above 1.44 % failures. With 10,000
    // events in both windows 144 failures are exactly 14.4, which is not more; 145 are 14.5.
    it.each([
      [144, []],
      [145, ['page 1h']],
    ])('fire above the threshold, not at it: %d of 10,000', async (bad, expected) => {
      const watched = new Watched();
      // 30 days of successes before it keep the slower alerts out of reach.
      watched.runs(1_000_000);
      await watched.clock.advance(2 * hour);
      watched.runs(10_000 - bad);
      watched.runs(bad, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.changes.map(({ severity, longWindow }) => `${severity} ${longWindow}`)).toEqual(
        expected,
      );
      // After two hours.
      expect(watched.changes.map(({ coveredMs }) => coveredMs)).toEqual(expected.map(() => hour));
    });

    // 28 days, objective 0.999: 13.44, so above 1.344 %: 134 of 10,000 are 13.4 and 135 are 13.5.
    it.each([
      [134, 0],
      [135, 1],
    ])('fire above the threshold of the SLO’s own period: %d of 10,000', async (bad, fired) => {
      const watched = new Watched([{ ...availability, window: '28d' }]);
      watched.runs(1_000_000);
      await watched.clock.advance(2 * hour);
      watched.runs(10_000 - bad);
      watched.runs(bad, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.changes).toHaveLength(fired);
    });

    // 30 days, objective 0.5: a ticket above 1 over 3 d and 6 h, that is above half. No other threshold, from 3 on,
    // is in reach of a burn of at most 2.
    it('do not fire while the long window is at the threshold', async () => {
      const watched = new Watched([{ ...availability, objective: 0.5 }]);
      watched.runs(10);
      await watched.clock.advance(7 * hour);
      // 6 h: 10 of 10, burn 2. 3 d: 10 of 20, burn 1.
      watched.runs(10, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.heard).toEqual([]);
      watched.runs(1, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.heard).toEqual([`${7 * hour + 10 * second} ticket 3d firing`]);
    });

    it('do not fire while the short window is at the threshold', async () => {
      const watched = new Watched([{ ...availability, objective: 0.5 }]);
      watched.runs(20, 'error');
      await watched.clock.advance(7 * hour);
      watched.runs(2);
      await watched.clock.advance(6 * hour);
      expect(watched.heard.splice(0)).toEqual([
        '5000 ticket 3d firing',
        `${7 * hour + 5 * second} ticket 3d resolved`,
      ]);
      // 6 h: 10 of 20, burn 1. 3 d: 30 of 42, burn 1.4.
      watched.runs(10);
      watched.runs(10, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.heard).toEqual([]);
    });

    it('do not fire for a burn that the long window does not show', async () => {
      const watched = new Watched();
      watched.runs(100_000);
      await watched.clock.advance(10 * minute);
      // 5 m: 20 of 20, burn 1000. 1 h: 20 of 100,020, burn 0.2.
      watched.runs(20, 'error');
      await watched.clock.advance(5 * second);
      expect(watched.heard).toEqual([]);
    });

    it('do not fire for a burn that is over', async () => {
      const clock = new ManualClock(0);
      const watched = new Watched([availability], { clock });
      watched.tracker.stop();
      for (let i = 0; i < 20; i++) watched.tracker.onEnd({ ...run, status: 'error' });
      // 6 minutes without a judgement: the 1 h window is full of failures, the 5 m window has forgotten them.
      clock.spend(6 * minute);
      watched.tracker.onEnd(run);
      expect(watched.heard).not.toContain(`${6 * minute} page 1h firing`);
      expect(watched.heard).toContain(`${6 * minute} page 6h firing`);
    });

    it('wait for the fewest events that the SLO asks for', async () => {
      const watched = new Watched([{ ...availability, alerting: { minEvents: 10, ticket: false } }]);
      watched.runs(9, 'error');
      await watched.clock.advance(minute);
      expect(watched.heard).toEqual([]);
      watched.runs(1);
      await watched.clock.advance(minute);
      expect(watched.heard).toEqual([
        `${minute + 5 * second} page 1h firing`,
        `${minute + 5 * second} page 6h firing`,
      ]);
    });

    it('are judged at once by stop, so that a process too short for a slice tells of its failures', () => {
      const watched = new Watched();
      watched.runs(20, 'error');
      watched.clock.spend(second);
      watched.tracker.stop();
      expect(watched.heard).toContain('1000 page 1h firing');
    });

    it('are judged at once by status, and that is told', () => {
      const watched = new Watched();
      watched.runs(20, 'error');
      watched.clock.spend(second);
      const [status] = watched.tracker.status();
      expect(status?.alerts[0]).toMatchObject({ state: 'firing', firingSinceMs: 1000, longBurnRate: 1000 });
      expect(watched.heard).toContain('1000 page 1h firing');
      const told = watched.heard.length;
      watched.tracker.status();
      expect(watched.heard).toHaveLength(told);
    });

    it('are those that the SLO has', () => {
      const slos = [
        { ...availability, name: 'a', alerting: { page: false } },
        { ...availability, name: 'b', alerting: { ticket: false } },
        { ...availability, name: 'c', alerting: false },
        { ...availability, name: 'd', window: '7d' },
        { ...availability, name: 'e', objective: 0.5 },
      ] as const;
      const statuses = new Watched(slos).tracker.status();
      expect(
        statuses.map(({ alerts }) => alerts.map((alert) => `${alert.severity} ${alert.longWindow}`)),
      ).toEqual([
        ['ticket 1d', 'ticket 3d'],
        ['page 1h', 'page 6h'],
        [],
        ['page 1h', 'page 6h'],
        ['ticket 3d'],
      ]);
    });

    // 7 days, objective 0.9, 3 % failures: burn 0.3, and 70 % of the budget left for good.
    it('do not fire while the budget of a short period lasts', async () => {
      const watched = new Watched([{ ...availability, objective: 0.9, window: '7d' }]);
      for (let hours = 0; hours < 100; hours++) {
        watched.runs(97);
        watched.runs(3, 'error');
        await watched.clock.advance(hour);
      }
      expect(watched.heard).toEqual([]);
    });

    it('that an SLO asks for and cannot have are reported once', () => {
      const reports = reported();
      const slos = [
        { ...availability, name: 'short', window: '1d' },
        { ...availability, name: 'low', objective: 0.8, alerting: { ticket: false } },
        { ...availability, name: 'silent', window: '1d', alerting: false },
        availability,
      ] as const;
      const { tracker } = new Watched(slos);
      tracker.status();
      expect(reports).toEqual([
        '@tta/obs: SLO "short" gets no alerts: a period of 1d and an objective of 0.999 leave none; see burnRateAlerts, or set alerting: false',
        '@tta/obs: SLO "low" gets no alerts: a period of 30d and an objective of 0.8 leave none; see burnRateAlerts, or set alerting: false',
      ]);
      expect(tracker.status()[0]?.alerts).toEqual([]);
    });

    it('fire again after they have resolved', async () => {
      const watched = new Watched([
        { ...availability, alerting: { ticket: false, minEvents: 1 }, window: '2d' },
      ]);
      for (let i = 0; i < 3; i++) {
        watched.runs(5, 'error');
        await watched.clock.advance(2 * hour);
      }
      expect(watched.heard).toHaveLength(6);
    });

    it('resolve without a timer when the next execution ends', () => {
      const watched = new Watched();
      watched.runs(20, 'error');
      watched.clock.spend(5 * second);
      watched.runs(1);
      expect(watched.heard).toHaveLength(2);
      watched.clock.spend(day);
      watched.runs(1);
      expect(watched.heard.slice(2)).toEqual([
        `${day + 5 * second} page 1h resolved`,
        `${day + 5 * second} page 6h resolved`,
        `${day + 5 * second} ticket 3d firing`,
      ]);
    });
  });

  describe('its timer', () => {
    it('is not set before the first bad execution, nor where nobody listens or no alert exists', () => {
      const quiet = new Watched();
      quiet.runs(10);
      expect(quiet.clock.pendingTimers).toBe(0);
      quiet.runs(2, 'error');
      expect(quiet.clock.pendingTimers).toBe(1);
      const clock = new ManualClock();
      const unheard = new SloTracker({ slos: [defineSlo(availability)], clock });
      unheard.onEnd({ ...run, status: 'error' });
      const silent = new Watched([{ ...availability, alerting: false }]);
      silent.runs(1, 'error');
      expect([clock.pendingTimers, silent.clock.pendingTimers]).toEqual([0, 0]);
    });

    it('is not set again once no failure is left that an alert looks at', async () => {
      const watched = new Watched();
      watched.runs(1, 'error');
      await watched.clock.advance(3 * day - 1);
      expect(watched.clock.pendingTimers).toBe(1);
      await watched.clock.advance(5 * second);
      expect(watched.clock.pendingTimers).toBe(0);
    });

    it('is set again when it fires before its time', async () => {
      const clock = new ManualClock(0);
      const early = {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        timer: (ms: number, fn: () => void) => clock.timer(ms / 2, fn),
      };
      const watched = new Watched([availability], { clock: early });
      watched.runs(3, 'error');
      await clock.advance(4_999);
      expect([watched.heard.length, clock.pendingTimers]).toEqual([0, 1]);
      await clock.advance(1);
      expect(watched.heard[0]).toBe('5000 page 1h firing');
      watched.tracker.stop();
    });

    it('is gone after stop, which may be called twice, while executions count on', async () => {
      const watched = new Watched();
      watched.runs(20, 'error');
      watched.tracker.stop();
      watched.tracker.stop();
      expect(watched.clock.pendingTimers).toBe(0);
      const told = watched.heard.length;
      await watched.clock.advance(4 * day);
      expect(watched.heard).toHaveLength(told);
      watched.runs(1);
      expect(watched.heard).toHaveLength(2 * told);
      expect(watched.clock.pendingTimers).toBe(0);
      expect(watched.tracker.status()[0]?.total).toEqual({ good: 1, bad: 20 });
    });
  });

  describe('a faulty onAlert', () => {
    it.each<[string, (change: SloAlertChange) => void | Promise<void>]>([
      [
        'throws',
        () => {
          throw new Error('pager is down');
        },
      ],
      ['rejects', () => Promise.reject(new Error('pager is down'))],
    ])(
      'that %s is reported, reaches neither run nor timer and hears the next change',
      async (_how, onAlert) => {
        const reports = reported();
        const told: string[] = [];
        const watched = new Watched([{ ...availability, alerting: { ticket: false, minEvents: 1 } }], {
          onAlert: (change) => {
            told.push(change.state);
            return onAlert(change);
          },
        });
        watched.runs(5, 'error');
        await watched.clock.advance(6 * hour);
        watched.runs(5, 'error');
        watched.clock.spend(5 * second);
        watched.runs(1);
        await watched.clock.advance(0);
        expect(told).toEqual(['firing', 'firing', 'resolved', 'resolved', 'firing', 'firing']);
        expect(reports).toHaveLength(6);
        expect(reports[0]).toBe(
          '@tta/obs: onAlert failed to hear that SLO "runs" is firing: Error: pager is down',
        );
      },
    );

    it('that ends a run itself does not judge twice', () => {
      const told: string[] = [];
      const clock = new ManualClock(0);
      const tracker: SloTracker = new SloTracker({
        slos: [defineSlo(availability)],
        clock,
        onAlert: ({ longWindow, state }) => {
          told.push(`${longWindow} ${state}`);
          tracker.onEnd({ ...run, status: 'error' });
        },
      });
      for (let i = 0; i < 10; i++) tracker.onEnd({ ...run, status: 'error' });
      clock.spend(5 * second);
      tracker.onEnd(run);
      expect(told).toEqual(['1h firing', '6h firing']);
      tracker.stop();
    });
  });
});
