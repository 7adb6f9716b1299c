import type { ErrorInfo } from './error-info.ts';

/** Thrown values that are no objects; a run may handle any number of them before it ends. */
const rememberedValues = 64;

/** What children of one execution threw, kept without keeping the errors alive. */
export class ChildFailures {
  readonly #byError = new WeakMap<object, ErrorInfo>();
  readonly #byValue = new Map<unknown, ErrorInfo>();

  get(error: unknown): ErrorInfo | undefined {
    return isObject(error) ? this.#byError.get(error) : this.#byValue.get(error);
  }

  set(error: unknown, info: ErrorInfo): void {
    if (isObject(error)) {
      this.#byError.set(error, info);
      return;
    }
    if (this.#byValue.size >= rememberedValues) this.#byValue.delete(this.#byValue.keys().next().value);
    this.#byValue.set(error, info);
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
