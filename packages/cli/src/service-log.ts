import { closeSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';

/** A log that is longer when a service starts is put aside, in place of the one before. */
const LONGEST = 5 * 1024 * 1024;
/** What a service prints when it starts is less. */
const SHOWN_BYTES = 64 * 1024;

/** What a service in the background prints, beside its database. */
export class ServiceLog {
  readonly path: string;
  /** To write to; only the user can read it. */
  readonly descriptor: number;
  readonly #begin: number;

  constructor(databasePath: string) {
    this.path = `${databasePath}.log`;
    if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > LONGEST) {
      renameSync(this.path, `${this.path}.old`);
    }
    this.descriptor = openSync(this.path, 'a+', 0o600);
    this.#begin = statSync(this.path).size;
  }

  /** What was printed since. */
  text(): string {
    const bytes = Buffer.alloc(SHOWN_BYTES);
    return bytes.toString('utf8', 0, readSync(this.descriptor, bytes, 0, SHOWN_BYTES, this.#begin));
  }

  /** Of a service that did not start nothing is left behind. */
  discard(): void {
    if (this.#begin === 0) rmSync(this.path, { force: true });
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
