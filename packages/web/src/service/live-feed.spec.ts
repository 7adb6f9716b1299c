import { describe, expect, it } from '@jest/globals';
import type { TraceSummary } from '@tta/obs-protocol';
import { LiveFeed } from './live-feed.ts';
import type { FeedSocket } from './live-feed.ts';
import { traceSummary } from '../testing/trace-fixture.ts';

class SocketDouble implements FeedSocket {
  readonly afterSeq: number;
  isClosed = false;
  readonly #listeners: { message: ((event: { data: unknown }) => void)[]; close: (() => void)[] } = {
    message: [],
    close: [],
  };

  constructor(afterSeq: number) {
    this.afterSeq = afterSeq;
  }

  addEventListener(type: 'message' | 'close', listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners[type].push(listener as never);
  }

  close(): void {
    this.isClosed = true;
    this.drop();
  }

  drop(): void {
    for (const listener of this.#listeners.close) listener();
  }

  send(message: unknown): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(data: unknown): void {
    for (const listener of this.#listeners.message) listener({ data });
  }
}

function setUp() {
  const sockets: SocketDouble[] = [];
  const delays: number[] = [];
  const due: (() => void)[] = [];
  const states: string[] = [];
  const traces: TraceSummary[] = [];
  const logged: string[] = [];
  let resets = 0;
  const feed = new LiveFeed({
    open: (afterSeq) => {
      const socket = new SocketDouble(afterSeq);
      sockets.push(socket);
      return socket;
    },
    timer: (delayMs, fn) => {
      delays.push(delayMs);
      due.push(fn);
      return () => void due.splice(due.indexOf(fn) >>> 0, 1);
    },
    onTrace: (trace) => traces.push(trace),
    onLogs: (traceId) => logged.push(traceId),
    onState: (state) => states.push(state),
    onReset: () => (resets += 1),
  });
  const last = (): SocketDouble => sockets.at(-1)!;
  return { feed, sockets, last, delays, due, states, traces, logged, resets: () => resets };
}

describe('LiveFeed', () => {
  it('asks for what follows the list and hands on each trace', () => {
    const { feed, last, states, traces } = setUp();
    feed.start(7);
    expect(last().afterSeq).toBe(7);
    last().send({ type: 'hello', seq: 9 });
    last().send({ type: 'trace', seq: 8, trace: traceSummary({ seq: 8 }) });
    expect(states).toEqual(['connecting', 'live']);
    expect(traces.map((trace) => trace.seq)).toEqual([8]);
  });

  it('connects again after a break and asks for what it missed', () => {
    const { feed, last, due, delays, states } = setUp();
    feed.start(0);
    last().send({ type: 'hello', seq: 0 });
    last().send({ type: 'trace', seq: 12, trace: traceSummary({ seq: 12 }) });
    last().drop();
    expect(states.at(-1)).toBe('waiting');
    due.shift()!();
    expect(last().afterSeq).toBe(12);
    expect(delays).toEqual([250]);
  });

  it('tells which trace got log records, and asks for what follows them', () => {
    const { feed, last, due, traces, logged } = setUp();
    feed.start(3);
    last().send({ type: 'logs', seq: 4, traceId: 'a'.repeat(32) });
    expect(logged).toEqual(['a'.repeat(32)]);
    expect(traces).toEqual([]);
    last().drop();
    due.shift()!();
    expect(last().afterSeq).toBe(4);
  });

  it('waits longer while the service stays away and briefly after it was back', () => {
    const { feed, last, due, delays } = setUp();
    feed.start(0);
    for (let attempt = 0; attempt < 3; attempt++) {
      last().drop();
      due.shift()!();
    }
    last().send({ type: 'hello', seq: 0 });
    last().drop();
    expect(delays).toEqual([250, 500, 1000, 250]);
  });

  it('reports a service whose sequence lies behind', () => {
    const { feed, last, resets } = setUp();
    feed.start(40);
    last().send({ type: 'hello', seq: 3 });
    expect(resets()).toBe(1);
  });

  it('ignores what is no message of the protocol', () => {
    const { feed, last, traces, states } = setUp();
    feed.start(0);
    last().sendText('{"type":');
    last().sendText(new ArrayBuffer(4));
    last().send({ type: 'trace', seq: 1, trace: { traceId: 5 } });
    last().send({ type: 'future', seq: 1 });
    expect(traces).toEqual([]);
    expect(states).toEqual(['connecting']);
  });

  it('stays stopped, also when it was about to connect again', () => {
    const { feed, sockets, last, due } = setUp();
    feed.start(0);
    last().drop();
    feed.stop();
    expect(due).toEqual([]);
    feed.start(1);
    feed.stop();
    expect(last().isClosed).toBe(true);
    expect(sockets).toHaveLength(2);
    expect(due).toEqual([]);
  });
});
