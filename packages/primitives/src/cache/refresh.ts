import { refreshTriggerLink } from '@tta/obs-context';
import { InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';

/** Makes the answer anew that one look-up found out of date, in a trace of its own that is linked to the look-up. */
export class Refresh<I, O> extends InstrumentedPrimitive<I, O, never> {
  readonly #trigger: RunScope;
  readonly #call: (input: I, scope: RunScope) => Promise<O>;

  /** @param trigger - The look-up. */
  constructor(name: string, trigger: RunScope, call: (input: I, scope: RunScope) => Promise<O>) {
    super({ type: 'cache', action: 'refresh', name });
    this.#trigger = trigger;
    this.#call = call;
  }

  protected run(input: I, scope: RunScope): Promise<O> {
    scope.link(this.#trigger, refreshTriggerLink);
    return this.#call(input, scope);
  }
}
