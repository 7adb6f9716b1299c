import { refreshTriggerLink } from '@tta/obs-context';
import { InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';

/** What a refresh is about. */
export interface RefreshInput<I> {
  readonly key: string;
  readonly input: I;
  /** The look-up that found an answer out of date. */
  readonly trigger: RunScope;
}

/** Makes the answer anew that a look-up found out of date, in a trace of its own that is linked to the look-up. */
export class Refresh<I, O> extends InstrumentedPrimitive<RefreshInput<I>, O> {
  readonly #call: (key: string, input: I, scope: RunScope) => Promise<O>;

  constructor(name: string, call: (key: string, input: I, scope: RunScope) => Promise<O>) {
    super({ type: 'cache', action: 'refresh', name });
    this.#call = call;
  }

  protected run({ key, input, trigger }: RefreshInput<I>, scope: RunScope): Promise<O> {
    scope.link(trigger, refreshTriggerLink);
    return this.#call(key, input, scope);
  }
}
