import { InvalidOptionError } from '@tta/obs-context';

interface Entry<A> {
  readonly answer: A;
  /** `undefined`: once, and for ever where it is the last. */
  readonly times: number | undefined;
}

/** Answers in the order in which they are to be given. */
export class AnswerSequence<A> {
  readonly #entries: Entry<A>[] = [];
  #present = 0;
  #givenOfPresent = 0;
  #given = 0;

  /**
   * @param times - How often it is given. @defaultValue once, and for ever where it is the last
   * @throws `OBS_ERR_INVALID_OPTION` when `times` is not 1, 2, 3, …
   */
  add(answer: A, times?: number): void {
    if (times !== undefined && !(Number.isInteger(times) && times > 0)) {
      throw new InvalidOptionError(`times is ${String(times)}; it has to be a whole number above 0`);
    }
    this.#entries.push({ answer, times });
  }

  /** How many have been given. */
  get given(): number {
    return this.#given;
  }

  /** The next answer, wrapped, because `undefined` is one; `undefined` where all have been given. */
  next(): { readonly answer: A } | undefined {
    let entry = this.#entries[this.#present];
    if (entry && this.#givenOfPresent >= (entry.times ?? this.#onceUnlessLast())) {
      this.#present++;
      this.#givenOfPresent = 0;
      entry = this.#entries[this.#present];
    }
    if (entry) {
      this.#givenOfPresent++;
      this.#given++;
    }
    return entry;
  }

  /** Begins with the first answer again. */
  restart(): void {
    this.#present = 0;
    this.#givenOfPresent = 0;
    this.#given = 0;
  }

  #onceUnlessLast(): number {
    return this.#present === this.#entries.length - 1 ? Infinity : 1;
  }
}
