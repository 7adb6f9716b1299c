import { createHash } from 'node:crypto';

/**
 * A 64-bit number for the content of a log record, the same for a request that is sent again.
 *
 * Programs do log one line several times in a millisecond: within a request the second of two equal records
 * counts as another one.
 */
export class LogDigests {
  readonly #seen = new Map<bigint, bigint>();

  /** @param content - JSON of everything that tells the record from others. */
  of(content: string): bigint {
    const digest = createHash('sha256').update(content).digest().readBigInt64BE();
    const ordinal = this.#seen.get(digest) ?? 0n;
    this.#seen.set(digest, ordinal + 1n);
    return BigInt.asIntN(64, digest + ordinal);
  }
}
