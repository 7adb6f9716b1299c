import type { SqliteStorage, WriteJob } from '../storage/sqlite-storage.ts';
import { errorToJson } from './error-json.ts';
import { jobWeight } from './job-weight.ts';
import type { Part, Reply, Request } from './storage-messages.ts';

/** What one commit takes at most: a larger one would make those wait that come in meanwhile. */
const COMMIT_RECORDS = 4_000;
const COMMIT_BYTES = 6 * 1024 * 1024;

interface PendingWrite {
  readonly id: number;
  readonly job: WriteJob;
}

/**
 * Answers requests of the main thread, in their order. Everything to be stored that waits is stored in one commit,
 * and nothing waits for more to come: under load the commits grow by themselves.
 */
export class StorageWorker {
  readonly #storage: SqliteStorage;
  readonly #reply: (message: Reply) => void;
  readonly #isReader: boolean;

  /** @param role - A reader answers each call from one moment, while somebody else writes. */
  constructor(storage: SqliteStorage, reply: (message: Reply) => void, role: 'writer' | 'reader') {
    this.#storage = storage;
    this.#reply = reply;
    this.#isReader = role === 'reader';
  }

  /**
   * @param next - Takes the next request that waits, if one does.
   */
  handle(first: Request, next: () => Request | undefined): void {
    for (let request: Request | undefined = first; request !== undefined;) {
      if (request.kind === 'write') request = this.#write(request, next);
      else {
        void this.#call(request);
        // Its answer goes out once this turn ends; under load there is always another request.
        return;
      }
    }
  }

  /** @returns the first request that is not part of the commit. */
  #write(first: Request & { kind: 'write' }, next: () => Request | undefined): Request | undefined {
    const writes: PendingWrite[] = [first];
    let { records, bytes } = jobWeight(first.job);
    let following: Request | undefined;
    while (records < COMMIT_RECORDS && bytes < COMMIT_BYTES) {
      following = next();
      if (following?.kind !== 'write') break;
      writes.push(following);
      const weight = jobWeight(following.job);
      records += weight.records;
      bytes += weight.bytes;
      following = undefined;
    }
    this.#commit(writes);
    return following ?? next();
  }

  #commit(writes: readonly PendingWrite[]): void {
    try {
      const changes = this.#storage.commit(writes.map(({ job }) => job));
      this.#reply({ kind: 'written', ids: writes.map(({ id }) => id), changes });
    } catch (error) {
      const [only, ...others] = writes;
      // What cannot be stored must not take along what was to be committed with it.
      if (others.length > 0) for (const write of writes) this.#commit([write]);
      else this.#reply({ kind: 'error', id: only!.id, error: errorToJson(error) });
    }
  }

  async #call({ id, part, method, args }: Request & { kind: 'call' }): Promise<void> {
    try {
      const target = this.#part(part) as Record<string, (...args: readonly unknown[]) => unknown>;
      // The methods of SqliteStorage do their work before they return.
      const work = () => target[method]!(...args);
      const value = await (this.#isReader ? this.#storage.snapshot(work) : work());
      this.#reply({ kind: 'result', id, value });
    } catch (error) {
      this.#reply({ kind: 'error', id, error: errorToJson(error) });
    }
  }

  #part(part: Part): object {
    return part === 'storage' ? this.#storage : this.#storage[part];
  }
}
