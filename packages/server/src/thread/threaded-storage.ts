import type { Transferable } from 'node:worker_threads';
import type { LiveChange } from '@tta/obs-protocol';
import type { SpanBatch } from '../otlp/span-batch.ts';
import type { LogStore } from '../storage/log-store.ts';
import type { MetricStore } from '../storage/metric-store.ts';
import type { WriteJob } from '../storage/sqlite-storage.ts';
import { StorageFullError, type Storage } from '../storage/storage.ts';
import type { TraceStore } from '../storage/trace-store.ts';
import type { Durability, Part } from './storage-messages.ts';
import { StorageThread } from './storage-thread-client.ts';

/** What may wait for its commit. Beyond that senders are told to come back, and keep it themselves. */
const QUEUE_BYTES = 64 * 1024 * 1024;
/** What a span, log record or data point takes beside its documents, about. */
const ITEM_BYTES = 300;

export interface ThreadedStorageOptions {
  readonly databasePath: string;
  /** @defaultValue 'process' */
  readonly durability?: Durability;
  /** Called once when a thread dies; from then on everything is refused. */
  readonly onFailure: (error: Error) => void;
}

/**
 * SQLite in two threads: one writes, the other answers questions from what is committed. Neither waits for the
 * other, and the main thread for none.
 */
export class ThreadedStorage implements Storage {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  /** The database's own path. */
  readonly path: string;
  /** What the user should know of how the file was opened. */
  readonly notices: readonly string[];
  readonly #writer: StorageThread;
  readonly #reader: StorageThread;
  #queuedBytes = 0;

  private constructor(writer: StorageThread, reader: StorageThread) {
    this.#writer = writer;
    this.#reader = reader;
    this.path = writer.path;
    this.notices = writer.notices;
    const write = (job: WriteJob, transfer: readonly Transferable[] = []) => this.#write(job, transfer);
    this.traces = {
      ...methods<TraceStore>()('traces', {
        reader,
        read: [
          'traces',
          'trace',
          'span',
          'findSpans',
          'pins',
          'changesAfter',
          'newestSeq',
          'counts',
          'previewPrune',
        ],
        writer,
        written: ['pin', 'prune'],
      }),
      write: (batch) => write({ kind: 'spans', batch }, buffersOf(batch)),
    };
    this.logs = {
      ...methods<LogStore>()('logs', { reader, read: ['ofTrace', 'search'], writer, written: ['prune'] }),
      write: (groups, request) => write({ kind: 'logs', groups, ...(request !== undefined && { request }) }),
    };
    this.metrics = {
      ...methods<MetricStore>()('metrics', { reader, read: ['list', 'points'], writer, written: ['prune'] }),
      write: async (groups) => void (await write({ kind: 'metrics', groups })),
    };
  }

  /** What waits for its commit. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** @throws ServiceError when the database cannot be opened. */
  static async open(options: ThreadedStorageOptions): Promise<ThreadedStorage> {
    const { databasePath, durability = 'process', onFailure } = options;
    const writer = await StorageThread.start({ role: 'writer', databasePath, durability }, onFailure);
    try {
      const { path } = writer;
      const reader = await StorageThread.start({ role: 'reader', databasePath: path, durability }, onFailure);
      return new ThreadedStorage(writer, reader);
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  async usage() {
    return (await this.#reader.call('storage', 'usage', [])) as Awaited<ReturnType<Storage['usage']>>;
  }

  async vacuum() {
    return (await this.#writer.call('storage', 'vacuum', [])) as boolean;
  }

  /** By the reader: writes go on. */
  async backup(path: string) {
    await this.#reader.call('storage', 'backup', [path]);
  }

  async close() {
    await this.#reader.close();
    await this.#writer.close();
  }

  async #write(job: WriteJob, transfer: readonly Transferable[]): Promise<readonly LiveChange[]> {
    const bytes = bytesOf(job);
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > QUEUE_BYTES) {
      throw new StorageFullError('more is being sent than can be stored, try again in a second');
    }
    this.#queuedBytes += bytes;
    try {
      return await this.#writer.write(job, transfer);
    } finally {
      this.#queuedBytes -= bytes;
    }
  }
}

interface Methods<Name> {
  readonly reader: StorageThread;
  readonly read: readonly Name[];
  readonly writer: StorageThread;
  readonly written: readonly Name[];
}

/** Methods of a store that a thread carries out, under their names; the compiler sees that none is missing. */
function methods<Store>() {
  return <const Name extends Exclude<keyof Store & string, 'write'>>(
    part: Part,
    { reader, read, writer, written }: Methods<Name>,
  ): Pick<Store, Name> => {
    const result: Record<string, unknown> = {};
    for (const name of read) result[name] = (...args: unknown[]) => reader.call(part, name, args);
    for (const name of written) result[name] = (...args: unknown[]) => writer.call(part, name, args);
    return result as Pick<Store, Name>;
  };
}

function buffersOf(batch: SpanBatch): Transferable[] {
  return [batch.documents.buffer, batch.searchTexts.buffer, batch.startNs.buffer, batch.endNs.buffer];
}

function bytesOf(job: WriteJob): number {
  if (job.kind === 'spans') {
    const { count, documents, searchTexts } = job.batch;
    return count * ITEM_BYTES + documents.length + searchTexts.length;
  }
  const items = job.groups.reduce((sum, group) => sum + group.items.length, 0);
  return items * ITEM_BYTES + (job.kind === 'logs' ? (job.request?.length ?? 0) : 0);
}
