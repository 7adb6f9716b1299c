import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import { openDatabaseFile, openForReading, type DatabaseFile } from '../storage/database-file.ts';
import { batchOfSpans, hexId, sampleLog, sampleSpan } from '../storage/sample-records.ts';
import { SqliteStorage, type WriteJob } from '../storage/sqlite-storage.ts';
import type { Reply, Request } from './storage-messages.ts';
import { StorageWorker } from './storage-worker.ts';

let directory: string;
let file: DatabaseFile;
let storage: SqliteStorage;
let replies: Reply[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-worker-'));
  file = await openDatabaseFile(join(directory, 'traces.db'));
  storage = new SqliteStorage(file);
  replies = [];
});

afterEach(async () => {
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Hands all requests over as if they had been waiting, and waits for the answers. */
async function handle(...requests: readonly Request[]): Promise<readonly Reply[]> {
  const waiting = [...requests];
  const worker = new StorageWorker(storage, (reply) => replies.push(reply), 'writer');
  // As the port of a thread does: what was not taken comes again, in a turn of its own.
  for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
    worker.handle(first, () => waiting.shift());
    await new Promise((resolve) => setImmediate(resolve));
  }
  return replies;
}

const write = (id: number, job: WriteJob): Request => ({ id, kind: 'write', job });
const spans = (id: number, count = 1, text = ''): Request => {
  const all = Array.from({ length: count }, (_, span) => sampleSpan(id, span + 1, { attributes: { text } }));
  return write(id, { kind: 'spans', batch: batchOfSpans(...all) });
};
const call = (id: number, method: string, ...args: readonly unknown[]): Request => ({
  id,
  kind: 'call',
  part: 'traces',
  method,
  args,
});
const byId = (left: Reply, right: Reply) => ('id' in left && 'id' in right ? left.id - right.id : 0);
const committed = () => replies.flatMap((reply) => (reply.kind === 'written' ? [reply.ids] : []));

describe('StorageWorker', () => {
  it('stores all that waits in one commit', async () => {
    const items = [sampleLog(1, 'a line')];
    const scope = { name: '', version: '', attributes: {} };
    const logs = write(3, { kind: 'logs', groups: [{ resource: {}, scope, items }] });
    await handle(spans(1), spans(2), logs);
    expect(replies).toMatchObject([
      {
        kind: 'written',
        ids: [1, 2, 3],
        changes: [
          { type: 'trace', seq: 1 },
          { type: 'trace', seq: 2 },
          { type: 'logs', seq: 3 },
        ],
      },
    ]);
  });

  it('answers questions from what was asked to be stored before, and not after', async () => {
    await handle(spans(1), call(2, 'counts'), spans(3), call(4, 'newestSeq'), call(5, 'counts'));
    expect(replies.filter(({ kind }) => kind === 'result')).toEqual([
      { kind: 'result', id: 2, value: { traceCount: 1, spanCount: 1 } },
      { kind: 'result', id: 4, value: 2 },
      { kind: 'result', id: 5, value: { traceCount: 2, spanCount: 2 } },
    ]);
    expect(committed()).toEqual([[1], [3]]);
  });

  it('answers a question before it takes what came after it', async () => {
    const waiting = [
      spans(1),
      call(2, 'counts'),
      ...Array.from({ length: 20 }, (_, index) => spans(index + 3)),
    ];
    const worker = new StorageWorker(storage, (reply) => replies.push(reply), 'writer');
    worker.handle(waiting.shift()!, () => waiting.shift());
    await new Promise((resolve) => setImmediate(resolve));
    expect(replies.at(-1)).toMatchObject({ kind: 'result', id: 2 });
    expect(waiting).toHaveLength(20);
  });

  it('begins another commit when one has much to do', async () => {
    await handle(spans(1, 3000), spans(2, 3000), spans(3, 10));
    expect(committed()).toEqual([[1, 2], [3]]);
    replies = [];
    await handle(spans(4, 1, 'x'.repeat(5_000_000)), spans(5, 1, 'x'.repeat(5_000_000)), spans(6));
    expect(committed()).toEqual([[4, 5], [6]]);
  });

  it('lets what cannot be stored fail alone, and keeps the order of the others', async () => {
    file.database.exec(
      `CREATE TRIGGER broken BEFORE INSERT ON trace WHEN NEW.trace_id = '${hexId(2, 32)}'
       BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    );
    await handle(spans(1), spans(2), spans(3));
    expect(replies).toMatchObject([
      { kind: 'written', ids: [1], changes: [{ seq: 1 }] },
      { kind: 'error', id: 2, error: { message: 'broken' } },
      { kind: 'written', ids: [3], changes: [{ seq: 2 }] },
    ]);
    expect(await storage.traces.counts()).toEqual({ traceCount: 2, spanCount: 2 });
  });

  it('answers as a reader from one moment, whatever is stored meanwhile, and from the next one afterwards', async () => {
    await handle(spans(1, 2));
    const reading = new SqliteStorage(await openForReading(file.path));
    const counts = reading.traces.counts.bind(reading.traces);
    const write = () => storage.commit([{ kind: 'spans', batch: batchOfSpans(sampleSpan(1, 50)) }]);
    reading.traces.counts = () => {
      const before = counts();
      write();
      return Promise.all([before, counts()]) as unknown as ReturnType<typeof counts>;
    };
    const answers: unknown[] = [];
    const worker = new StorageWorker(
      reading,
      (reply) => answers.push('value' in reply ? reply.value : reply),
      'reader',
    );
    for (const request of [call(1, 'counts'), call(2, 'no such method'), call(3, 'traces', { limit: 1 })]) {
      worker.handle(request, () => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(answers).toEqual([
      [
        { traceCount: 1, spanCount: 2 },
        { traceCount: 1, spanCount: 2 },
      ],
      expect.objectContaining({ kind: 'error', id: 2 }),
      expect.objectContaining({ items: [expect.objectContaining({ spanCount: 3 })] }),
    ]);
    await reading.close();
  });

  describe('asked something that takes long', () => {
    const where = parseQuery('"span nothing"').root!;
    const search = (id: number) => call(id, 'tracesInSteps', { limit: 5, where });
    const answered = () => replies.map((reply) => ('id' in reply ? reply.id : reply.kind));
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    let reader: StorageWorker;
    let reading: SqliteStorage;

    beforeEach(async () => {
      const batch = batchOfSpans(...Array.from({ length: 1_000 }, (_, span) => sampleSpan(1, span + 1)));
      storage.commit([{ kind: 'spans', batch }]);
      reading = new SqliteStorage(await openForReading(file.path));
      let elapsedMs = 0;
      reader = new StorageWorker(
        reading,
        (reply) => replies.push(reply),
        'reader',
        () => (elapsedMs += 1_000),
      );
    });

    it('answers others first', async () => {
      reader.handle(search(1), () => undefined);
      reader.handle(search(2), () => undefined);
      reader.handle(call(3, 'counts'), () => undefined);
      await turns(1);
      expect(answered()).toEqual([3]);
      reader.handle(call(4, 'counts'), () => undefined);
      await turns(1_000);
      expect(answered()).toEqual([3, 4, 1, 2]);
      expect(replies.at(-1)).toMatchObject({ kind: 'result', value: { items: [], nextCursor: null } });
      await reading.close();
    });

    it('has answered it when it is closed', async () => {
      reader.handle(search(1), () => undefined);
      await turns(1);
      reader.handle({ id: 2, kind: 'call', part: 'storage', method: 'close', args: [] }, () => undefined);
      await turns(3);
      expect(answered()).toEqual([1, 2]);
    });
  });

  it('says what it was asked wrongly, and goes on', async () => {
    await handle(call(1, 'traces', { limit: 1, cursor: 'x' }), call(2, 'no such method'), spans(3));
    expect(committed()).toEqual([[3]]);
    expect(replies.filter(({ kind }) => kind === 'error').toSorted(byId)).toMatchObject([
      { kind: 'error', id: 1, error: { name: 'InvalidCursorError' } },
      { kind: 'error', id: 2, error: { name: 'TypeError' } },
    ]);
  });
});
