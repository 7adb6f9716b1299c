import { context, type ContextManager, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

interface Shared {
  holders: number;
  /** The one that was registered for them; `undefined` where the program has one. */
  manager: ContextManager | undefined;
}

const probe = createContextKey('@tta/obs-testing/probe');
const sharedKey = Symbol.for('@tta/obs-testing/context-manager');

/** Copies of this package hold the same one: none takes it away from the tests of another. */
const processWide = globalThis as { [sharedKey]?: Shared };

/**
 * Sees to it that contexts are kept apart across `await`: by the context manager that the program has registered, else
 * by one that is there as long as somebody holds it.
 *
 * @returns Lets go of it.
 */
export function holdContextManager(): () => void {
  const shared = (processWide[sharedKey] ??= { holders: 0, manager: undefined });
  shared.holders++;
  if (!isRegistered(context)) {
    shared.manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(shared.manager);
  }
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    shared.holders--;
    if (shared.holders > 0 || !shared.manager) return;
    // What the program has put in its place meanwhile is the program's.
    if (isRegistered(shared.manager)) context.disable();
    shared.manager = undefined;
  };
}

/**
 * Whether what is done in a context of this manager is done in it. Asked by its work: to register a second one is an
 * error that is reported, and which one is registered nobody tells.
 */
function isRegistered(manager: Pick<ContextManager, 'with'>): boolean {
  return manager.with(ROOT_CONTEXT.setValue(probe, true), () => context.active().getValue(probe) === true);
}
