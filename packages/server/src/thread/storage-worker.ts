import type { Steps } from '../storage/query/steps.ts';
import type { SqliteStorage, WriteJob } from '../storage/sqlite-storage.ts';
import { errorToJson } from './error-json.ts';
import { jobWeight } from './job-weight.ts';
import type { Part, Reply, Request } from './storage-messages.ts';

/** What one commit takes at most: a larger one would make those wait that come in meanwhile. */
const COMMIT_RECORDS = 4_000;
const COMMIT_BYTES = 6 * 1024 * 1024;

/** What is looked for without a break: everybody else waits for it. */
const SLICE_MS = 8;

/** A question that is answered in several turns. */
interface Search {
  readonly id: number;
  readonly steps: Steps<unknown>;
}

interface PendingWrite {
  readonly id: number;
  readonly job: WriteJob;
}

/**
 * Answers requests of the main thread, in their order. Everything to be stored that waits is stored in one commit,
 * and nothing waits for more to come: under load the commits grow by themselves. What takes long to answer is answered in
 * turns of some milliseconds, between which others are.
 */
export class StorageWorker {
  readonly #storage: SqliteStorage;
  readonly #reply: (message: Reply) => void;
  readonly #isReader: boolean;
  readonly #elapsedMs: () => number;
  readonly #searches: Search[] = [];

  /**
   * @param role - A reader answers each call from one moment, while somebody else writes; what it answers in turns, each of
   *   them.
   * @param elapsedMs - Milliseconds that only grow.
   */
  constructor(
    storage: SqliteStorage,
    reply: (message: Reply) => void,
    role: 'writer' | 'reader',
    elapsedMs: () => number = () => performance.now(),
  ) {
    this.#elapsedMs = elapsedMs;
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
      if (part === 'storage' && method === 'close') this.#finishSearches();
      const value = await this.#atOnce(work);
      if (isSteps(value)) this.#search({ id, steps: value });
      else this.#reply({ kind: 'result', id, value });
    } catch (error) {
      this.#reply({ kind: 'error', id, error: errorToJson(error) });
    }
  }

  /** Takes its first turn now, for most have found everything then; where others are on their way, after theirs. */
  #search(search: Search): void {
    if (this.#searches.length === 0 && !this.#takeTurn(search)) return;
    this.#searches.push(search);
    // The others are being waited for already.
    if (this.#searches.length === 1) setImmediate(() => this.#takeTurns());
  }

  /** One turn of one search, before requests that have come in meanwhile. */
  #takeTurns(): void {
    const search = this.#searches.shift();
    if (search !== undefined && this.#takeTurn(search)) this.#searches.push(search);
    if (this.#searches.length > 0) setImmediate(() => this.#takeTurns());
  }

  /** @returns whether there is more to do. */
  #takeTurn({ id, steps }: Search): boolean {
    try {
      const last = this.#atOnce(() => {
        const beginMs = this.#elapsedMs();
        let step = steps.next();
        while (step.done !== true && this.#elapsedMs() - beginMs < SLICE_MS) step = steps.next();
        return step;
      });
      if (last.done !== true) return true;
      this.#reply({ kind: 'result', id, value: last.value });
    } catch (error) {
      this.#reply({ kind: 'error', id, error: errorToJson(error) });
    }
    return false;
  }

  #finishSearches(): void {
    for (const search of this.#searches.splice(0)) while (this.#takeTurn(search));
  }

  #atOnce<Result>(work: () => Result): Result {
    return this.#isReader ? this.#storage.snapshot(work) : work();
  }

  #part(part: Part): object {
    return part === 'storage' ? this.#storage : this.#storage[part];
  }
}

function isSteps(value: unknown): value is Steps<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value;
}
