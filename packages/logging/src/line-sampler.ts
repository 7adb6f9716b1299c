import { type Clock, InvalidOptionError, type LineLevel, type Random } from '@tta/obs-context';

/**
 * Which of many lines are written. Errors always are: the level `error`, and lines with an error in a field. The
 * first line that is written after others were left out has their number as `sampled.dropped`.
 */
export interface LogSampling {
  /** Share of the lines that is written, 0 to 1. @defaultValue 1 */
  readonly rate?: number;
  /** Of the lines that are alike, which are written. @defaultValue all */
  readonly perKey?: PerKeySampling;
}

/** Which of lines that are alike are written. */
export interface PerKeySampling {
  /** So many are written in each period. */
  readonly first: number;
  /** Behind them every so-many-th; none with 0. */
  readonly thenEvery: number;
  /** Length of the period, in milliseconds. @defaultValue 1000 */
  readonly perMs?: number;
  /** Which lines are alike. @defaultValue those of one level and message, also where it fails or gives no string */
  readonly key?: (level: LineLevel, message: string) => string;
}

interface Kept {
  endsAtMs: number;
  seen: number;
  dropped: number;
}

const mostKeys = 1_000;
/** What is longer is told apart by a number made of the rest. */
const longestKey = 256;
const longestHashed = 32_768;
const defaultPerMs = 1_000;

/** Decides line by line and remembers what it left out, for the 1,000 keys that were used last. */
export class LineSampler {
  readonly #rate: number;
  readonly #perKey: PerKeySampling | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keys = new Map<string, Kept>();
  /** Left out under keys that were forgotten since. */
  #forgotten = 0;
  /** Lines left out so far. */
  dropped = 0;

  /** @throws `OBS_ERR_INVALID_OPTION` for a rate outside 0 to 1, or counts that are none. */
  constructor(options: LogSampling, clock: Clock, random: Random) {
    const { rate = 1, perKey } = options;
    if (!(rate >= 0 && rate <= 1))
      throw new InvalidOptionError(`the rate of log lines is ${rate}; give 0 to 1`);
    if (perKey !== undefined) requireCounts(perKey);
    this.#rate = rate;
    this.#perKey = perKey;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Whether a line that is no error is written: `undefined` if not, else how many were left out since the last one
   * that was: of this key, and of those that were forgotten.
   */
  admit(level: LineLevel, message: string): number | undefined {
    const kept = this.#keptOf(level, message);
    if (!this.#isOneOfFew(kept) || this.#random.next() >= this.#rate) {
      kept.dropped++;
      this.dropped++;
      return undefined;
    }
    const untold = kept.dropped + this.#forgotten;
    kept.dropped = 0;
    this.#forgotten = 0;
    return untold;
  }

  #isOneOfFew(kept: Kept): boolean {
    const perKey = this.#perKey;
    if (perKey === undefined) return true;
    const now = this.#clock.monotonic();
    if (now >= kept.endsAtMs) {
      kept.endsAtMs = now + (perKey.perMs ?? defaultPerMs);
      kept.seen = 0;
    }
    kept.seen++;
    const { first, thenEvery } = perKey;
    return kept.seen <= first || (thenEvery > 0 && (kept.seen - first) % thenEvery === 0);
  }

  /** Takes back that a line told of lines left out: it did not arrive. The next one that does will. */
  untell(count: number): void {
    this.#forgotten += count;
  }

  /** Those used last stand last. */
  #keptOf(level: LineLevel, message: string): Kept {
    const key = shortened(this.#keyOf(level, message));
    let kept = this.#keys.get(key);
    if (kept !== undefined) this.#keys.delete(key);
    else if (this.#keys.size >= mostKeys) this.#forgetOldest();
    kept ??= { endsAtMs: -Infinity, seen: 0, dropped: 0 };
    this.#keys.set(key, kept);
    return kept;
  }

  #keyOf(level: LineLevel, message: string): string {
    try {
      const key: unknown = this.#perKey?.key?.(level, message);
      if (typeof key === 'string') return key;
    } catch {
      // As without a key.
    }
    return `${level} ${message}`;
  }

  #forgetOldest(): void {
    for (const [key, { dropped }] of this.#keys) {
      this.#forgotten += dropped;
      this.#keys.delete(key);
      return;
    }
  }
}

function shortened(key: string): string {
  if (key.length <= longestKey) return key;
  let hash = 0;
  for (let at = longestKey; at < key.length && at < longestHashed; at++)
    hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return `${key.slice(0, longestKey)} ${key.length} ${hash}`;
}

function requireCounts({ first, thenEvery, perMs = defaultPerMs }: PerKeySampling): void {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (!isCount(first) || !isCount(thenEvery))
    throw new InvalidOptionError(
      `log lines are sampled with first ${first} and thenEvery ${thenEvery}; give whole numbers from 0`,
    );
  if (!(perMs > 0))
    throw new InvalidOptionError(
      `log lines are sampled per ${perMs} ms; give a positive number of milliseconds`,
    );
}
