import { Worker, type Transferable } from 'node:worker_threads';
import type { LiveChange } from '@tta/obs-protocol';
import type { WriteJob } from '../storage/sqlite-storage.ts';
import { StorageEndedError } from '../storage/write-failure.ts';
import { errorFromJson } from './error-json.ts';
import { storageThreadUrl } from './storage-thread-url.ts';
import type { Part, Reply, Request, ThreadStart } from './storage-messages.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A storage thread, as the main thread sees it: requests go in, promises come out. */
export class StorageThread {
  /** The database's own path. */
  readonly path: string;
  /** What the user should know of how the file was opened. */
  readonly notices: readonly string[];
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    worker: Worker,
    path: string,
    notices: readonly string[],
    onFailure: (error: Error) => void,
  ) {
    this.#worker = worker;
    this.path = path;
    this.notices = notices;
    worker.on('message', (reply: Reply) => this.#take(reply));
    worker.on('error', (error) => this.#fail(error, onFailure));
    worker.on('exit', () => this.#fail(new StorageEndedError('the storage thread has ended'), onFailure));
  }

  /**
   * @param onFailure - Called once when the thread dies: it answers nothing any more.
   * @throws ServiceError when the database cannot be opened.
   */
  static async start(start: ThreadStart, onFailure: (error: Error) => void): Promise<StorageThread> {
    const worker = new Worker(storageThreadUrl, {
      workerData: start,
      name: `tta-obs ${start.role}`,
      // What the program was started with, such as its own instrumentation, is not for this thread.
      execArgv: [],
    });
    const first = await new Promise<Reply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the storage thread has ended')));
    });
    if (first.kind === 'ready') return new StorageThread(worker, first.path, first.notices, onFailure);
    await worker.terminate();
    throw first.kind === 'failed'
      ? errorFromJson(first.error)
      : new Error('the storage thread did not start');
  }

  /** The first of the jobs that one commit stores gets its changes, the others none. */
  write(job: WriteJob, transfer: readonly Transferable[]): Promise<readonly LiveChange[]> {
    return this.#ask((id) => ({ id, kind: 'write', job }), transfer) as Promise<readonly LiveChange[]>;
  }

  call(part: Part, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#ask((id) => ({ id, kind: 'call', part, method, args }), []);
  }

  /** Ends the thread after everything that it was asked before; from now on it is asked nothing more. */
  close(): Promise<void> {
    return (this.#closing ??= this.#end());
  }

  async #end(): Promise<void> {
    const isRunning = this.#failure === undefined;
    const closed = isRunning ? this.call('storage', 'close', []) : Promise.resolve();
    this.#failure ??= new StorageEndedError('the storage is closed');
    try {
      await closed;
    } finally {
      await this.#worker.terminate();
    }
  }

  #ask(request: (id: number) => Request, transfer: readonly Transferable[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const id = this.#nextId++;
      // What cannot be posted throws, and must not be waited for; an answer comes later than this turn.
      this.#worker.postMessage(request(id), transfer);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #take(reply: Reply): void {
    if (reply.kind === 'written') {
      const [first, ...others] = reply.ids;
      this.#settle(first!)?.resolve(reply.changes);
      for (const id of others) this.#settle(id)?.resolve([]);
    } else if (reply.kind === 'result') this.#settle(reply.id)?.resolve(reply.value);
    else if (reply.kind === 'error') this.#settle(reply.id)?.reject(errorFromJson(reply.error));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(error: Error, onFailure: (error: Error) => void): void {
    const isUnexpected = this.#failure === undefined;
    this.#failure ??= error;
    // Nothing may wait for a thread that has ended, in whatever way.
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
    if (isUnexpected) onFailure(error);
  }
}
