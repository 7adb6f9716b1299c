/** Why a generator writes nothing. Nx shows an error that has no stack as its message alone: one line. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message);
    delete this.stack;
  }
}
