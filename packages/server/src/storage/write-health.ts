/** Whether what arrives can be stored at present: told by how the latest write went. */
export class WriteHealth {
  #problem: string | null = null;

  /** Why the latest write failed; `null` when it did not. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Notes how a write goes, and hands on its outcome. */
  async watch<Result>(write: Promise<Result>): Promise<Result> {
    try {
      const result = await write;
      this.#problem = null;
      return result;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  fail(error: unknown): void {
    this.#problem = error instanceof Error ? error.message : String(error);
  }
}
