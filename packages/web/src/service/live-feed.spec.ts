import { describe, expect, it } from '@jest/globals';
import type { LiveChange } from '@tta/obs-protocol';
import { SocketDouble } from '../testing/socket-double.ts';
import { traceSummary } from '../testing/trace-fixture.ts';
import { LiveFeed } from './live-feed.ts';

function setUp() {
  const sockets: SocketDouble[] = [];
  const delays: number[] = [];
  const due: (() => void)[] = [];
  const states: string[] = [];
  const changes: LiveChange[] = [];
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
    onChange: (change) => changes.push(change),
    onState: (state) => states.push(state),
    onReset: () => (resets += 1),
  });
  const last = (): SocketDouble => sockets.at(-1)!;
  return { feed, sockets, last, delays, due, states, changes, resets: () => resets };
}

describe('LiveFeed', () => {
  it('asks for what follows the list and hands on each trace', () => {
    const { feed, last, states, changes } = setUp();
    feed.start(7);
    expect(last().afterSeq).toBe(7);
    last().send({ type: 'hello', seq: 9 });
    last().send({ type: 'trace', seq: 8, trace: traceSummary({ seq: 8 }) });
    expect(states).toEqual(['connecting', 'live']);
    expect(changes).toEqual([{ type: 'trace', seq: 8, trace: traceSummary({ seq: 8 }) }]);
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

  it('tells of log records and of traces that are no longer found, and asks for what follows them', () => {
    const { feed, last, due, changes } = setUp();
    feed.start(3);
    last().send({ type: 'logs', seq: 4, traceId: 'a'.repeat(32) });
    last().send({ type: 'unmatched', seq: 5, traceId: 'b'.repeat(32) });
    expect(changes).toEqual([
      { type: 'logs', seq: 4, traceId: 'a'.repeat(32) },
      { type: 'unmatched', seq: 5, traceId: 'b'.repeat(32) },
    ]);
    last().drop();
    due.shift()!();
    expect(last().afterSeq).toBe(5);
  });

  it('goes on from a trace that is found because of its log records, not from its older change', () => {
    const { feed, last, due } = setUp();
    feed.start(3);
    last().send({ type: 'trace', seq: 9, trace: traceSummary({ seq: 2 }) });
    last().drop();
    due.shift()!();
    expect(last().afterSeq).toBe(9);
  });

  it('starts with the next change where no other is wanted, also after a break', () => {
    const { feed, last, due } = setUp();
    feed.start();
    expect(last().afterSeq).toBeUndefined();
    expect(feed.lastSeq).toBeUndefined();
    last().drop();
    due.shift()!();
    expect(last().afterSeq).toBeUndefined();
    last().send({ type: 'hello', seq: 6 });
    expect(feed.lastSeq).toBe(6);
    last().drop();
    due.shift()!();
    expect(last().afterSeq).toBe(6);
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
    const { feed, last, due, resets } = setUp();
    feed.start(40);
    last().send({ type: 'hello', seq: 3 });
    expect(resets()).toBe(1);
    last().drop();
    due.shift()!();
    expect(last().afterSeq).toBe(0);
    last().send({ type: 'hello', seq: 3 });
    expect(resets()).toBe(1);
  });

  it('ignores what is no message of the protocol', () => {
    const { feed, last, changes, states } = setUp();
    feed.start(0);
    last().sendText('{"type":');
    last().sendText(new ArrayBuffer(4));
    last().sendText('{"type":"trace","seq":1,"trace":{"traceId":5}}');
    last().sendText('{"type":"future","seq":1}');
    expect(changes).toEqual([]);
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
