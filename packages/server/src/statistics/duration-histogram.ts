import type { Tie } from './mann-whitney.ts';

/** Each bucket reaches 2 % further than the one before: what it tells of a value is at most 1 % wrong. */
const GROWTH = Math.log(1.02);
/** The middle of a bucket in proportion to its upper end. */
const MIDDLE = 2 / (1 + 1.02);
/** From about a picosecond to a thousand years. */
const LEAST = Math.floor(Math.log(1e-9) / GROWTH);
const MOST = Math.ceil(Math.log(3e13) / GROWTH);
/** Of durations of nothing, and less: clocks may disagree. */
const NOTHING = LEAST - 1;

/**
 * How long things took, in little memory: counts in buckets that grow with what they hold, so that percentiles of many
 * histograms together are as exact as those of one. After DDSketch (Masson, Rim, Lee: PVLDB 12, 2019).
 */
export class DurationHistogram {
  readonly #counts = new Map<number, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param durationMs - What is no number counts as nothing. */
  add(durationMs: number): void {
    this.#add(bucketOf(durationMs), 1);
  }

  /** Takes one of these durations back; nothing when there is none. */
  remove(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    const count = this.#counts.get(bucket);
    if (count === undefined) return;
    if (count === 1) this.#counts.delete(bucket);
    else this.#counts.set(bucket, count - 1);
    this.#count--;
  }

  merge(other: DurationHistogram): void {
    for (const [bucket, count] of other.#counts) this.#add(bucket, count);
  }

  /**
   * The duration that the given part of all is not longer than (the nearest rank), at most 1 % wrong.
   *
   * @param part - From 0 to 1: 0.95 for p95.
   * @returns milliseconds; `null` when nothing was counted.
   */
  percentile(part: number): number | null {
    if (this.#count === 0) return null;
    let left = Math.max(1, Math.ceil(part * this.#count));
    for (const bucket of this.#buckets()) {
      left -= this.#counts.get(bucket)!;
      if (left <= 0) return valueOf(bucket);
    }
    throw new Error('the counts of a histogram are not its count');
  }

  /** How many of these and of other durations took as long, within 2 %; the shortest first. */
  tiesWith(other: DurationHistogram): readonly Tie[] {
    const buckets = new Set([...this.#counts.keys(), ...other.#counts.keys()]);
    return [...buckets]
      .sort((one, another) => one - another)
      .map((bucket) => ({
        baseline: this.#counts.get(bucket) ?? 0,
        candidate: other.#counts.get(bucket) ?? 0,
      }));
  }

  /** Pairs of bucket and count in as few bytes as they take, for a row of a table. */
  encode(): Uint8Array {
    const bytes: number[] = [];
    let before = NOTHING;
    for (const bucket of this.#buckets()) {
      writeVarint(bytes, bucket - before);
      writeVarint(bytes, this.#counts.get(bucket)!);
      before = bucket;
    }
    return Uint8Array.from(bytes);
  }

  /** @throws Error for bytes that `encode` has not made. */
  static decode(bytes: Uint8Array): DurationHistogram {
    const histogram = new DurationHistogram();
    histogram.mergeEncoded(bytes);
    return histogram;
  }

  /** Adds what `encode` has made of another one. @throws Error for bytes that it has not made. */
  mergeEncoded(bytes: Uint8Array): void {
    const reader = { bytes, position: 0 };
    let bucket = NOTHING;
    while (reader.position < bytes.length) {
      bucket += readVarint(reader);
      const count = readVarint(reader);
      if (bucket > MOST || count === 0) throw damaged();
      this.#add(bucket, count);
    }
  }

  /** The shortest first. */
  #buckets(): Int32Array {
    return Int32Array.from(this.#counts.keys()).sort();
  }

  #add(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#count += count;
  }
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > 0)) return NOTHING;
  return Math.min(Math.max(Math.ceil(Math.log(durationMs) / GROWTH), LEAST), MOST);
}

function valueOf(bucket: number): number {
  return bucket === NOTHING ? 0 : Math.exp(bucket * GROWTH) * MIDDLE;
}

function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

function readVarint(reader: { readonly bytes: Uint8Array; position: number }): number {
  let value = 0;
  for (let factor = 1; factor < 2 ** 53; factor *= 128) {
    const byte = reader.bytes[reader.position++];
    if (byte === undefined) throw damaged();
    value += (byte % 128) * factor;
    if (byte < 128) {
      if (!Number.isSafeInteger(value)) throw damaged();
      return value;
    }
  }
  throw damaged();
}

function damaged(): Error {
  return new Error('these bytes are no histogram');
}
