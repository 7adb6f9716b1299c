/**
 * Work in steps of some milliseconds each. Between two of them it has nothing open in the database, so others may ask it
 * something, and the next step may see what was stored meanwhile.
 */
export type Steps<Result> = Generator<void, Result, void>;

/** All of it at once. */
export function allSteps<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
