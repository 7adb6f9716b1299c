import type { RefusedCounts } from '@tta/obs-protocol';
import type { ServiceLogger } from '../logger.ts';
import type { SparseLog } from './sparse-log.ts';

const PATH_LENGTH = 100;

export interface RefusalsOptions {
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
}

/** Counts what was not taken, and says so: else only the sender would know, and many senders keep it to themselves. */
export class Refusals {
  readonly #logger: ServiceLogger;
  readonly #sparseLog: SparseLog;
  #requestCount = 0;
  #recordCount = 0;

  constructor({ logger, sparseLog }: RefusalsOptions) {
    this.#logger = logger;
    this.#sparseLog = sparseLog;
  }

  /** Since the start. */
  get counts(): RefusedCounts {
    return { requestCount: this.#requestCount, recordCount: this.#recordCount };
  }

  /**
   * Notes a request that is answered with an error.
   *
   * @param path - Also with a query, which is not shown.
   * @param cause - What has failed here, when the request itself is good.
   */
  noteRequest(method: string, path: string, status: number, cause?: unknown): void {
    this.#requestCount++;
    const line = `Refused with ${status}: ${method} ${shown(path)}`;
    if (cause === undefined) this.#say(`refused ${status}`, line);
    else this.#sparseLog.say(`failed ${status}`, line, (text) => this.#logger.error(text, cause));
  }

  /** Notes records that were left out of a request that is otherwise good. */
  noteRecords(count: number, noun: string): void {
    if (count === 0) return;
    this.#recordCount += count;
    this.#say(`rejected ${noun}`, `Left out ${count} ${noun} that cannot be stored; the answer says why`);
  }

  #say(kind: string, line: string): void {
    this.#sparseLog.say(kind, line, (text) => this.#logger.warn(text));
  }
}

/** Without the query, in which a token may be, and without what a terminal would act on. */
function shown(path: string): string {
  const [plain = ''] = path.split('?', 1);
  const text = plain.replace(/[^\x21-\x7e]/g, '?');
  return text.length <= PATH_LENGTH ? text : `${text.slice(0, PATH_LENGTH)}…`;
}
