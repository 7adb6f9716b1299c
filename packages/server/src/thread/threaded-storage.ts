import type { Transferable } from 'node:worker_threads';
import type { LiveChange } from '@tta/obs-protocol';
import type { SpanBatch } from '../otlp/span-batch.ts';
import type { LogStore } from '../storage/log-store.ts';
import type { MetricStore } from '../storage/metric-store.ts';
import { DamagedDatabaseError } from '../storage/sqlite-errors.ts';
import type { WriteJob } from '../storage/sqlite-storage.ts';
import type { StatisticsStore } from '../storage/statistics-store.ts';
import { StorageFullError, type Storage } from '../storage/storage.ts';
import type { TraceStore } from '../storage/trace-store.ts';
import { backupInThread } from './backup-in-thread.ts';
import { jobWeight } from './job-weight.ts';
import type { Durability, Part, ThreadStart } from './storage-messages.ts';
import { StorageThread } from './storage-thread-client.ts';

/**
 * What may wait for its commit: less than a second of work. Beyond that senders are told to come back, and keep it
 * themselves; those who waited for long would give up and send again what is stored.
 */
const QUEUE_BYTES = 16 * 1024 * 1024;
/** What a span, log record or data point takes beside its texts, about. */
const RECORD_BYTES = 300;

export interface ThreadedStorageOptions {
  readonly databasePath: string;
  /** @defaultValue 'process' */
  readonly durability?: Durability;
  /** Called with what the user should know: that the file was brought up to date, or damaged and set aside. */
  readonly onNotice?: (notice: string) => void;
  /** Called once when a thread dies; from then on everything is refused. */
  readonly onFailure: (error: Error) => void;
}

interface Threads {
  readonly writer: StorageThread;
  readonly reader: StorageThread;
}

/**
 * SQLite in two threads: one writes, the other answers questions from what is committed. Neither waits for the
 * other, and the main thread for none. A file that turns out to be damaged is set aside: what found it fails, and
 * everything after it is done with a new file.
 */
export class ThreadedStorage implements Storage {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly statistics: StatisticsStore;
  readonly #options: ThreadedStorageOptions;
  #threads: Promise<Threads>;
  /** What threads of an earlier one say is of no interest any more. */
  #generation = 0;
  #closing: Promise<void> | undefined;
  #failure: Error | undefined;
  #path = '';
  #queuedBytes = 0;
  #newestSeq = 0;

  private constructor(options: ThreadedStorageOptions) {
    this.#options = options;
    this.#threads = startThreads(options, (error) => this.#fail(error, 0));
    const write = (job: WriteJob, transfer: readonly Transferable[] = []) => this.#write(job, transfer);
    const call: Call = (role, part, name, args) =>
      this.#use((current) => current[role].call(part, name, args));
    this.traces = {
      ...methods<TraceStore>()('traces', call, {
        reader: [
          'values',
          'attributeKeys',
          'trace',
          'traceJson',
          'summaries',
          'span',
          'spans',
          'transcript',
          'findSpans',
          'pins',
          'changesAfter',
          'newestSeq',
          'counts',
          'previewPrune',
        ],
        writer: ['pin', 'prune'],
      }),
      traces: (search) =>
        call('reader', 'traces', 'tracesInSteps', [search]) as ReturnType<TraceStore['traces']>,
      matching: (...args) =>
        call('reader', 'traces', 'matchingInSteps', args) as ReturnType<TraceStore['matching']>,
      write: (batch) => write({ kind: 'spans', batch }, buffersOf(batch)),
    };
    this.logs = {
      ...methods<LogStore>()('logs', call, { reader: ['ofTrace', 'search', 'counts'], writer: ['prune'] }),
      write: (groups, request) => write({ kind: 'logs', groups, ...(request !== undefined && { request }) }),
    };
    this.metrics = {
      ...methods<MetricStore>()('metrics', call, { reader: ['list', 'points', 'counts'], writer: ['prune'] }),
      write: async (groups) => void (await write({ kind: 'metrics', groups })),
    };
    this.statistics = methods<StatisticsStore>()('statistics', call, {
      reader: [
        'primitives',
        'primitiveVersions',
        'primitiveComparison',
        'runs',
        'runSeries',
        'errors',
        'serviceMap',
        'usage',
        'sessions',
      ],
      writer: [],
    });
  }

  /** @throws ServiceError when the database cannot be opened. */
  static async open(options: ThreadedStorageOptions): Promise<ThreadedStorage> {
    const storage = new ThreadedStorage(options);
    storage.#path = (await storage.#threads).writer.path;
    storage.#newestSeq = await storage.traces.newestSeq();
    return storage;
  }

  /** The database's own path. */
  get path(): string {
    return this.#path;
  }

  /** What waits for its commit. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  async usage() {
    const usage = this.#use(({ reader }) => reader.call('storage', 'usage', []));
    return (await usage) as Awaited<ReturnType<Storage['usage']>>;
  }

  async vacuum() {
    return (await this.#use(({ writer }) => writer.call('storage', 'vacuum', []))) as boolean;
  }

  /** In a thread of its own: writes and questions go on. */
  backup(path: string): Promise<void> {
    return backupInThread(this.path, path);
  }

  close(): Promise<void> {
    return (this.#closing ??= closeQuietly(this.#threads));
  }

  async #write(job: WriteJob, transfer: readonly Transferable[]): Promise<readonly LiveChange[]> {
    const bytes = bytesOf(job);
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > QUEUE_BYTES) {
      throw new StorageFullError('more is being sent than can be stored, try again in a second');
    }
    this.#queuedBytes += bytes;
    try {
      const changes = await this.#use(({ writer }) => writer.write(job, transfer));
      this.#newestSeq = changes.at(-1)?.seq ?? this.#newestSeq;
      return changes;
    } finally {
      this.#queuedBytes -= bytes;
    }
  }

  async #use<Result>(work: (threads: Threads) => Promise<Result>): Promise<Result> {
    if (this.#failure !== undefined) throw this.#failure;
    const used = this.#threads;
    const threads = await used;
    try {
      return await work(threads);
    } catch (error) {
      if (error instanceof DamagedDatabaseError && used === this.#threads) this.#renew(threads, error);
      throw error;
    }
  }

  /** What is asked for from now on waits for the new threads; what the old ones were asked for fails. */
  #renew(old: Threads, { message }: DamagedDatabaseError): void {
    const generation = ++this.#generation;
    this.#threads = this.#replace(old, message, generation);
  }

  async #replace(old: Threads, message: string, generation: number): Promise<Threads> {
    await closeQuietly(Promise.resolve(old));
    try {
      const damage = { message, seq: this.#newestSeq };
      return await startThreads(this.#options, (error) => this.#fail(error, generation), damage);
    } catch (error) {
      this.#fail(error as Error, generation);
      throw error;
    }
  }

  #fail(error: Error, generation: number): void {
    if (generation !== this.#generation || this.#closing !== undefined) return;
    this.#generation++;
    this.#failure = error;
    void closeQuietly(this.#threads);
    this.#options.onFailure(error);
  }
}

async function startThreads(
  { databasePath, durability = 'process', onNotice }: ThreadedStorageOptions,
  onFailure: (error: Error) => void,
  damage?: ThreadStart['damage'],
): Promise<Threads> {
  const writer = await StorageThread.start(
    { role: 'writer', databasePath, durability, ...(damage !== undefined && { damage }) },
    onFailure,
  );
  for (const notice of writer.notices) onNotice?.(notice);
  try {
    const { path } = writer;
    return {
      writer,
      reader: await StorageThread.start({ role: 'reader', databasePath: path, durability }, onFailure),
    };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

async function closeQuietly(threads: Promise<Threads>): Promise<void> {
  try {
    await closeThreads(await threads);
  } catch {
    // They did not start, or have died, and that was said.
  }
}

/** The writer last, for it leaves one file behind once nobody else has it open. */
async function closeThreads({ reader, writer }: Threads): Promise<void> {
  try {
    await reader.close();
  } finally {
    await writer.close();
  }
}

type Call = (role: keyof Threads, part: Part, name: string, args: readonly unknown[]) => Promise<unknown>;

/** Methods of a store that a thread carries out, under their names; the compiler sees that none is missing. */
function methods<Store>() {
  return <const Name extends Exclude<keyof Store & string, 'write'>>(
    part: Part,
    call: Call,
    names: Readonly<Record<keyof Threads, readonly Name[]>>,
  ): Pick<Store, Name> => {
    const result: Record<string, unknown> = {};
    for (const role of ['reader', 'writer'] as const) {
      for (const name of names[role]) {
        result[name] = (...args: unknown[]) => call(role, part, name, args);
      }
    }
    return result as Pick<Store, Name>;
  };
}

function buffersOf(batch: SpanBatch): Transferable[] {
  return [batch.documents.buffer, batch.searchTexts.buffer, batch.startNs.buffer, batch.endNs.buffer];
}

function bytesOf(job: WriteJob): number {
  const { records, bytes } = jobWeight(job);
  return records * RECORD_BYTES + bytes + (job.kind === 'spans' ? textBytes(job.batch) : 0);
}

/** What the spans hold beside their documents. */
function textBytes({ searchTexts, strings, resources, scopes }: SpanBatch): number {
  const owners = [...resources, ...scopes];
  const texts = strings.reduce((sum, text) => sum + text.length, 0);
  return owners.reduce((sum, { attributes }) => sum + attributes.length, searchTexts.length + texts);
}
