import { isOutage, StorageEndedError } from './write-failure.ts';

/** Whether what arrives can be stored at present: told by how the latest write went. */
export class WriteHealth {
  #problem: string | null = null;
  #hasEnded = false;

  /** Why nothing can be stored; `null` when the latest write went well, or only it was refused. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * Notes how a write goes, and hands on its outcome.
   *
   * @throws StorageEndedError for whatever fails once the storage has ended, else what the write throws.
   */
  async watch<Result>(write: Promise<Result>): Promise<Result> {
    try {
      const result = await write;
      this.#problem = null;
      return result;
    } catch (error) {
      if (this.#hasEnded) throw new StorageEndedError(this.#problem!, error);
      if (isOutage(error)) this.#problem = (error as Error).message;
      throw error;
    }
  }

  /** Notes that nothing can be stored any more. */
  end(error: Error): void {
    this.#hasEnded = true;
    this.#problem = error.message;
  }
}
