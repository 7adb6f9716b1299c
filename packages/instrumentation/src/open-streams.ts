import { CancelledError } from '@tta/obs-context';

/** A stream that has not ended. */
export interface OpenStream {
  /** Whether it waits for somebody to read on. */
  readonly isForgotten: boolean;
  /** Ends it before this returns. */
  endNow(reason: unknown): void;
}

/** More at a time are not remembered: whoever forgets every stream must not fill the memory. */
const mostStreams = 1_000;

/** The streams that have not ended, with the names of what they are of. */
export class OpenStreams {
  readonly #names = new Map<OpenStream, string>();

  add(stream: OpenStream, name: string): void {
    if (this.#names.size < mostStreams) this.#names.set(stream, name);
  }

  delete(stream: OpenStream): void {
    this.#names.delete(stream);
  }

  get size(): number {
    return this.#names.size;
  }

  /** Ends those that nobody reads. @returns The names of what they were of. */
  endForgotten(why: string): string[] {
    // Before any of them ends, and those inside it with it.
    const forgotten = [...this.#names].filter(([stream]) => stream.isForgotten);
    for (const [stream, name] of forgotten)
      stream.endNow(
        new CancelledError(`the stream of "${name}" was neither read to its end nor cancelled, and ${why}`),
      );
    return forgotten.map(([, name]) => name);
  }
}
