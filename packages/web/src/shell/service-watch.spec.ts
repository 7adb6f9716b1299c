import { afterEach, describe, expect, it } from '@jest/globals';
import { signal } from '@preact/signals';
import type { Health } from '@tta/obs-protocol';
import { ServiceProblem } from '../service/service-client.ts';
import type { Viewer } from '../viewer.ts';
import { ServiceWatch } from './service-watch.ts';

const HEALTH: Health = {
  status: 'ok',
  problem: null,
  version: '0.1.0',
  uptimeMs: 1,
  ports: [8765],
  databasePath: '/data/traces.db',
  queuedBytes: 0,
  retention: { maxTraces: 1000, retentionHours: 24, maxBytes: 1_000_000_000 },
  stored: null,
  refused: { requestCount: 0, recordCount: 0 },
};

/** A watch whose time stands still until it is told to pass. */
function setUp(answers: readonly (Health | Error)[]) {
  const connection = signal<Viewer['connection']['value']>('connecting');
  const waiting = new Map<() => void, number>();
  const isVisible = signal(true);
  let asked = 0;
  let otherDatabases = 0;
  let nowMs = 1_000_000;
  const watch = new ServiceWatch({
    connection,
    health: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer instanceof Error) throw answer;
      return answer ?? HEALTH;
    },
    timer: (delayMs, fn) => {
      waiting.set(fn, nowMs + delayMs);
      return () => waiting.delete(fn);
    },
    nowMs: () => nowMs,
    isVisible: () => isVisible.value,
    onOtherDatabase: () => {
      otherDatabases += 1;
    },
  });
  watch.start();
  running.push(watch);
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    watch,
    connection,
    isVisible,
    asked: () => asked,
    otherDatabases: () => otherDatabases,
    settle,
    pass: async (ms: number): Promise<void> => {
      nowMs += ms;
      for (const [fn, atMs] of waiting) {
        if (atMs > nowMs) continue;
        waiting.delete(fn);
        fn();
      }
      await settle();
    },
  };
}

const running: ServiceWatch[] = [];

afterEach(() => {
  for (const watch of running.splice(0)) watch.stop();
});

describe('ServiceWatch', () => {
  it('asks when the connection is there, and every 30 s from then on', async () => {
    const { connection, watch, asked, settle, pass } = setUp([HEALTH]);
    expect(asked()).toBe(0);
    connection.value = 'live';
    await settle();
    expect(watch.health.value?.version).toBe('0.1.0');
    await pass(29_999);
    expect(asked()).toBe(1);
    await pass(1);
    expect(asked()).toBe(2);
  });

  it('tells what fails, until it does not', async () => {
    const failing: Health = { ...HEALTH, status: 'failing', problem: 'The disk is full.' };
    const { connection, watch, settle, pass } = setUp([failing, HEALTH]);
    connection.value = 'live';
    await settle();
    expect(watch.condition.value).toEqual({ kind: 'failing', problem: 'The disk is full.' });
    await pass(30_000);
    expect(watch.condition.value).toEqual({ kind: 'fine' });
  });

  it('says that the service is away after a second, and since when', async () => {
    const { connection, watch, settle, pass } = setUp([HEALTH, new TypeError('Failed to fetch')]);
    connection.value = 'live';
    await settle();
    connection.value = 'waiting';
    await pass(999);
    expect(watch.condition.value.kind).toBe('fine');
    await pass(1);
    expect(watch.condition.value).toEqual({ kind: 'away', sinceMs: 1_000_000 });
    connection.value = 'live';
    expect(watch.condition.value.kind).toBe('fine');
  });

  it('counts from the first break, also when the list cannot be loaded in between', async () => {
    const { connection, watch, pass } = setUp([new TypeError('Failed to fetch')]);
    connection.value = 'waiting';
    await pass(5_000);
    connection.value = 'unreachable';
    await pass(5_000);
    expect(watch.condition.value).toEqual({ kind: 'away', sinceMs: 1_000_000 });
  });

  it('tells that the token is wanted from who came back with one, and when it is there', async () => {
    const refused = new ServiceProblem(401, 'The service answered 401: token');
    const { connection, watch, settle, pass } = setUp([new TypeError('Failed to fetch'), refused, HEALTH]);
    connection.value = 'unreachable';
    await settle();
    await pass(5_000);
    expect(watch.condition.value).toEqual({ kind: 'token' });
    connection.value = 'live';
    await pass(0);
    expect(watch.condition.value).toEqual({ kind: 'fine' });
  });

  it('notices that the service that is back has another database', async () => {
    const other: Health = { ...HEALTH, databasePath: '/data/other.db' };
    const { connection, otherDatabases, settle } = setUp([HEALTH, HEALTH, HEALTH, HEALTH, other]);
    const told: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      connection.value = 'waiting';
      connection.value = 'live';
      await settle();
      told.push(otherDatabases());
    }
    expect(told).toEqual([0, 0, 1]);
  });

  it('asks nothing while nobody looks, and nothing after its end', async () => {
    const { connection, watch, isVisible, asked, settle, pass } = setUp([HEALTH]);
    connection.value = 'live';
    await settle();
    isVisible.value = false;
    await pass(30_000);
    expect(asked()).toBe(1);
    isVisible.value = true;
    await pass(30_000);
    expect(asked()).toBe(2);
    watch.stop();
    await pass(60_000);
    expect(asked()).toBe(2);
  });
});
