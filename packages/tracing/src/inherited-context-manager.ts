import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/**
 * Has everything that has no other parent begin in the context that the process was started in. Code that
 * asks for the root context by name still gets it.
 */
export class InheritedContextManager extends AsyncLocalStorageContextManager {
  readonly #inherited: Context;
  readonly #explicitRoot = ROOT_CONTEXT.setValue(Symbol('explicit root'), true);

  constructor(inherited: Context = ROOT_CONTEXT) {
    super();
    this.#inherited = inherited;
  }

  override active(): Context {
    const active = super.active();
    return active === ROOT_CONTEXT ? this.#inherited : active;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return super.with(context === ROOT_CONTEXT ? this.#explicitRoot : context, fn, thisArg, ...args);
  }
}
