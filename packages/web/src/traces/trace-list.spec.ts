import { describe, expect, it } from '@jest/globals';
import type { TraceList as TracePage, TraceSummary } from '@tta/obs-protocol';
import { ServiceProblem } from '../service/service-client.ts';
import type { TraceQuery } from '../service/service-client.ts';
import { SocketDouble } from '../testing/socket-double.ts';
import { traceSummary } from '../testing/trace-fixture.ts';
import { TraceList } from './trace-list.ts';

interface Question extends TraceQuery {
  answer(items: readonly TraceSummary[], nextCursor?: string | null): Promise<void>;
  fail(error: Error): Promise<void>;
}

function setUp() {
  const questions: Question[] = [];
  const sockets: SocketDouble[] = [];
  const due: (() => void)[] = [];
  const seq = { newest: 0 };
  const list = new TraceList({
    client: {
      traces: (query) =>
        new Promise<TracePage>((resolve, reject) => {
          questions.push({
            ...query,
            answer: (items, nextCursor = null) => settled(() => resolve({ items, nextCursor })),
            fail: (error) => settled(() => reject(error)),
          });
        }),
    },
    openSocket: (afterSeq, query) => {
      const socket = new SocketDouble(afterSeq, query);
      sockets.push(socket);
      return socket;
    },
    timer: (_delayMs, fn) => {
      due.push(fn);
      return () => void due.splice(due.indexOf(fn) >>> 0, 1);
    },
    newestSeq: () => seq.newest,
  });
  return { list, questions, sockets, due, seq, ids: () => list.rows.shown.map(({ trace }) => trace.traceId) };
}

async function settled(act: () => void): Promise<void> {
  act();
  await new Promise((resolve) => setImmediate(resolve));
}

const ERROR = 'status:error';
const ID = (digit: string): string => digit.repeat(32);
const A = traceSummary({ traceId: ID('a'), startTimeMs: 3_000, seq: 3 });
const B = traceSummary({ traceId: ID('b'), startTimeMs: 2_000, seq: 2 });
const C = traceSummary({ traceId: ID('c'), startTimeMs: 1_000, seq: 5 });

describe('TraceList', () => {
  it('asks for what the query finds, then follows what changes after that', async () => {
    const { list, questions, sockets, seq, ids } = setUp();
    seq.newest = 7;
    list.show(` ${ERROR} `);
    expect(questions[0]).toMatchObject({ limit: 100, query: ERROR });
    expect(list.state.value.kind).toBe('loading');
    await questions[0]!.answer([A]);
    expect(list.state.value.kind).toBe('shown');
    expect(sockets.map(({ afterSeq, query }) => [afterSeq, query])).toEqual([[7, ERROR]]);
    sockets[0]!.send({ type: 'trace', seq: 8, trace: { ...B, seq: 8 } });
    expect(ids()).toEqual([ID('a'), ID('b')]);
    sockets[0]!.send({ type: 'unmatched', seq: 9, traceId: ID('a') });
    sockets[0]!.send({ type: 'unmatched', seq: 9, traceId: ID('9') });
    sockets[0]!.send({ type: 'logs', seq: 10, traceId: ID('b') });
    expect(ids()).toEqual([ID('b')]);
  });

  it('goes on after a break where it was', async () => {
    const { list, questions, sockets, due, seq } = setUp();
    seq.newest = 7;
    list.show(ERROR);
    await questions[0]!.answer([]);
    sockets[0]!.send({ type: 'unmatched', seq: 12, traceId: ID('a') });
    sockets[0]!.drop();
    due.shift()!();
    expect(sockets[1]!.afterSeq).toBe(12);
    expect(questions).toHaveLength(1);
  });

  it('lists everything without a query, and takes what it is told', async () => {
    const { list, questions, sockets, ids } = setUp();
    list.noteChange({ type: 'trace', seq: 5, trace: C });
    list.show('');
    await questions[0]!.answer([A]);
    list.noteChange({ type: 'trace', seq: 6, trace: { ...B, seq: 6 } });
    expect(ids()).toEqual([ID('a'), ID('b')]);
    expect(sockets).toEqual([]);
  });

  it('loses nothing that changes while a page is under way', async () => {
    const { list, questions, ids } = setUp();
    list.show('');
    list.noteChange({ type: 'trace', seq: 4, trace: { ...A, name: 'later', seq: 4 } });
    list.noteChange({ type: 'trace', seq: 5, trace: C });
    await questions[0]!.answer([A]);
    expect(ids()).toEqual([ID('a'), ID('c')]);
    expect(list.rows.shown[0]!.trace.name).toBe('later');
  });

  it('shows no trace of an older page that is no longer found', async () => {
    const { list, questions, sockets, ids } = setUp();
    list.show(ERROR);
    await questions[0]!.answer([A], '900-1');
    // It has not found enough, and looks further.
    sockets[0]!.send({ type: 'unmatched', seq: 8, traceId: ID('b') });
    await questions[1]!.answer([B, C]);
    expect(ids()).toEqual([ID('a'), ID('c')]);
  });

  it('begins anew with another query and keeps the rows until its answer comes', async () => {
    const { list, questions, sockets, ids } = setUp();
    list.show(ERROR);
    await questions[0]!.answer([A]);
    list.show('service:api');
    expect(sockets[0]!.isClosed).toBe(true);
    expect(ids()).toEqual([ID('a')]);
    await questions[1]!.answer([B]);
    expect(ids()).toEqual([ID('b')]);
    list.show('service:api');
    expect(questions).toHaveLength(2);
  });

  it('ignores the answer to a query that is no longer asked', async () => {
    const { list, questions, ids } = setUp();
    list.show(ERROR);
    list.show('service:api');
    expect(questions[0]!.signal!.aborted).toBe(true);
    await questions[1]!.answer([B]);
    await questions[0]!.answer([A]);
    expect(ids()).toEqual([ID('b')]);
  });

  it('keeps the last list when a query cannot be understood, and says what is wrong', async () => {
    const { list, questions, sockets, ids } = setUp();
    list.show(ERROR);
    await questions[0]!.answer([A]);
    list.show('statsu:error');
    expect(list.problems.value).toMatchObject([{ start: 0, end: 6, replacement: 'status' }]);
    expect(list.query.value).toBe(ERROR);
    expect(ids()).toEqual([ID('a')]);
    expect(sockets[0]!.isClosed).toBe(false);
    list.show(ERROR);
    expect(list.problems.value).toEqual([]);
    expect(questions).toHaveLength(1);
  });

  it('searches on while pages are short, and tells how far it has looked back', async () => {
    const { list, questions } = setUp();
    list.show(ERROR);
    await questions[0]!.answer([], '1795341266054010300-7');
    expect(list.isSearching.value).toBe(true);
    expect(list.lookedBackToMs).toBeCloseTo(1_795_341_266_054.0103, 2);
    expect(questions[1]!.cursor).toBe('1795341266054010300-7');
    await questions[1]!.answer([A], 'elsewhere');
    expect([list.isSearching.value, list.lookedBackToMs]).toEqual([true, undefined]);
    await questions[2]!.answer([B]);
    expect(list.isSearching.value).toBe(false);
    list.loadMore();
    expect(questions).toHaveLength(3);
  });

  it('stops a search and goes on with it when that is asked for', async () => {
    const { list, questions, ids } = setUp();
    list.show(ERROR);
    await questions[0]!.answer([A], '900-1');
    list.stopSearch();
    expect(list.isSearching.value).toBe(false);
    expect(list.isStopped.value).toBe(true);
    await questions[1]!.answer([B], '800-1');
    list.loadMore();
    expect(ids()).toEqual([ID('a')]);
    expect(questions).toHaveLength(2);
    list.searchOn();
    expect(questions[2]!.cursor).toBe('900-1');
    await questions[2]!.answer([B]);
    expect(ids()).toEqual([ID('a'), ID('b')]);
  });

  it('loads the next page once at a time, and again where it did not come', async () => {
    const { list, questions, ids } = setUp();
    const full = Array.from({ length: 100 }, (_, index) =>
      traceSummary({ traceId: `${index}`, startTimeMs: 9_000 - index }),
    );
    list.show('');
    await questions[0]!.answer(full, '800-1');
    expect(list.isSearching.value).toBe(false);
    list.loadMore();
    list.loadMore();
    expect(questions).toHaveLength(2);
    await questions[1]!.answer([B]);
    expect(ids()).toHaveLength(101);
  });

  it('does not pass off what it has for all there is when a further page fails', async () => {
    const { list, questions, ids } = setUp();
    list.show(ERROR);
    await questions[0]!.answer([], '800-1');
    await questions[1]!.fail(new TypeError('fetch failed'));
    expect([list.state.value.kind, list.isSearching.value, list.isStopped.value]).toEqual([
      'shown',
      false,
      true,
    ]);
    list.loadMore();
    expect(questions).toHaveLength(2);
    list.searchOn();
    await questions[2]!.fail(new TypeError('fetch failed'));
    expect(list.isStopped.value).toBe(true);
    // The service is back.
    list.retry();
    expect(list.isStopped.value).toBe(false);
    await questions[3]!.answer([B]);
    expect(ids()).toEqual([ID('b')]);
    list.retry();
    expect(questions).toHaveLength(4);
  });

  it('takes out what time and retention have taken, but not while rows are in use', async () => {
    const { list, questions, ids } = setUp();
    list.show('since:15m');
    void list.renew();
    expect(questions).toHaveLength(1);
    await questions[0]!.answer([A, B]);
    list.isInUse.value = true;
    void list.renew();
    expect(questions).toHaveLength(1);
    list.isInUse.value = false;
    void list.renew();
    expect(list.state.value.kind).toBe('shown');
    list.isInUse.value = true;
    await questions[1]!.answer([A]);
    expect(ids()).toEqual([ID('a'), ID('b')]);
    list.isInUse.value = false;
    void list.renew();
    await questions[2]!.fail(new TypeError('fetch failed'));
    void list.renew();
    await questions[3]!.answer([], '800-1');
    expect(ids()).toEqual([ID('a'), ID('b')]);
    void list.renew();
    await questions[4]!.answer([A]);
    expect(ids()).toEqual([ID('a')]);
  });

  it('misses no change while it looks for what is found no longer', async () => {
    const { list, questions, sockets, ids } = setUp();
    list.show(ERROR);
    await questions[0]!.answer([B]);
    void list.renew();
    sockets[0]!.send({ type: 'trace', seq: 9, trace: { ...A, seq: 9 } });
    await questions[1]!.answer([B]);
    expect(ids()).toEqual([ID('a'), ID('b')]);
    void list.renew();
    list.show('');
    await questions[2]!.answer([]);
    await questions[3]!.answer([C], '800-1');
    await questions[4]!.answer([], '700-1');
    list.stopSearch();
    void list.renew();
    list.searchOn();
    await questions[6]!.answer([]);
    await questions[7]!.answer([B]);
    expect(ids()).toEqual([ID('b'), ID('c')]);
  });

  it('says why there is no answer, and tries again', async () => {
    const { list, questions, due, ids } = setUp();
    list.show(ERROR);
    await questions[0]!.fail(new ServiceProblem(503, 'The service answered 503: busy'));
    expect(list.state.value).toEqual({ kind: 'failed', message: 'The service answered 503: busy' });
    due.shift()!();
    await questions[1]!.fail(new TypeError('fetch failed'));
    expect(list.state.value).toEqual({ kind: 'failed', message: undefined });
    list.retry();
    await questions[2]!.answer([A]);
    expect(ids()).toEqual([ID('a')]);
    expect(due).toEqual([]);
    list.retry();
    expect(questions).toHaveLength(3);
  });

  it('shows the problems that only the service has found', async () => {
    const { list, questions, due } = setUp();
    list.show(ERROR);
    const problem = { start: 0, end: 6, message: 'there is no field "status"' };
    await questions[0]!.fail(new ServiceProblem(400, 'The service answered 400', [problem]));
    expect(list.problems.value).toEqual([problem]);
    expect(due).toEqual([]);
  });

  it('lets new traces wait while it is paused or in use', async () => {
    const { list, questions, ids } = setUp();
    list.show('');
    await questions[0]!.answer([A]);
    list.isPaused.value = true;
    list.isInUse.value = true;
    list.noteChange({ type: 'trace', seq: 5, trace: C });
    list.isInUse.value = false;
    expect(list.rows.gatheredCount.value).toBe(1);
    list.isPaused.value = false;
    expect(ids()).toEqual([ID('a'), ID('c')]);
  });
});
