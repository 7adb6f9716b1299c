/** Where a library takes chance from, so that tests can repeat it. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A version 4 UUID (RFC 9562 §5.4), lower case. */
  uuid(): string;
}

/** The randomness of the machine. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => crypto.randomUUID(),
};
