import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

const probe = createContextKey('@tta/obs-testing/probe');

let holders = 0;
let isOurs = false;

/**
 * Sees to it that contexts are kept apart across `await`: by the context manager that the program has registered, else
 * by one that is there as long as somebody holds it.
 *
 * @returns Lets go of it.
 */
export function holdContextManager(): () => void {
  holders++;
  if (!keepsContexts())
    isOurs = context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holders--;
    if (holders > 0 || !isOurs) return;
    context.disable();
    isOurs = false;
  };
}

/** Whether there is a context manager. Asked by its work: to register a second one is an error that is reported. */
function keepsContexts(): boolean {
  return context.with(ROOT_CONTEXT.setValue(probe, true), () => context.active().getValue(probe) === true);
}
