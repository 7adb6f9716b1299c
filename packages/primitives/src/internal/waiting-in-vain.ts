import { onAbort } from '@tta/obs-instrumentation';

/** By what runs were cancelled while they waited for their turn. */
const reasons = new WeakSet();

/**
 * Remembers by what a run is cancelled that waits for its turn: it says nothing about the step, which was never called.
 *
 * @returns Ends it: the turn has come, or the wait is over.
 */
export function watchTurn(signal: AbortSignal): () => void {
  return onAbort(signal, () => {
    const reason: unknown = signal.reason;
    if (typeof reason === 'object' && reason !== null) reasons.add(reason);
  });
}

/** Whether it has cancelled a run that waited for its turn. Known as soon as all who follow the signal have been told. */
export function waitedInVain(reason: object): boolean {
  return reasons.has(reason);
}
