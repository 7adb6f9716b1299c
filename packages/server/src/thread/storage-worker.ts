import type { SqliteStorage, WriteJob } from '../storage/sqlite-storage.ts';
import { errorToJson } from './error-json.ts';
import type { Part, Reply, Request } from './storage-messages.ts';

/** What one commit takes at most: a larger one would make those wait that come in meanwhile. */
const COMMIT_SPANS = 4_000;
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

  constructor(storage: SqliteStorage, reply: (message: Reply) => void) {
    this.#storage = storage;
    this.#reply = reply;
  }

  /**
   * @param next - Takes the next request that waits, if one does.
   */
  handle(first: Request, next: () => Request | undefined): void {
    for (let request: Request | undefined = first; request !== undefined;) {
      if (request.kind === 'write') request = this.#write(request, next);
      else {
        void this.#call(request);
        request = next();
      }
    }
  }

  /** @returns the first request that is not part of the commit. */
  #write(first: Request & { kind: 'write' }, next: () => Request | undefined): Request | undefined {
    const writes: PendingWrite[] = [first];
    let [spans, bytes] = weightOf(first.job);
    let following: Request | undefined;
    while (spans < COMMIT_SPANS && bytes < COMMIT_BYTES) {
      following = next();
      if (following?.kind !== 'write') break;
      writes.push(following);
      const [moreSpans, moreBytes] = weightOf(following.job);
      spans += moreSpans;
      bytes += moreBytes;
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
      this.#reply({ kind: 'result', id, value: await target[method]!(...args) });
    } catch (error) {
      this.#reply({ kind: 'error', id, error: errorToJson(error) });
    }
  }

  #part(part: Part): object {
    return part === 'storage' ? this.#storage : this.#storage[part];
  }
}

function weightOf(job: WriteJob): readonly [spans: number, bytes: number] {
  if (job.kind === 'spans') return [job.batch.count, job.batch.documents.length];
  const items = job.groups.reduce((sum, group) => sum + group.items.length, 0);
  return [items, job.kind === 'logs' ? (job.request?.length ?? 0) : 0];
}
