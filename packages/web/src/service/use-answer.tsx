import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Viewer } from '../viewer.ts';
import { Reloader } from './reloader.ts';
import { ServiceProblem } from './service-client.ts';

/** What is known of something that was asked for. */
export type Answer<T> =
  | { readonly kind: 'loading' }
  /** `isOutdated`: the last attempt to ask again failed. */
  | { readonly kind: 'shown'; readonly value: T; readonly isOutdated: boolean }
  | { readonly kind: 'failed'; readonly message: string; readonly retry: () => void };

/** Shortest time between two questions while changes come in. */
const REFRESH_MS = 2_000;

/**
 * Asks the service, and again when something new was stored, at most every two seconds and only while the page is in
 * sight. What is shown stays until the next answer.
 *
 * @param key - Names what is asked for: another key is another question, whose answer is waited for anew.
 */
export function useAnswer<T>(
  viewer: Viewer,
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Answer<T> {
  const answer = useSignal<Answer<T>>({ kind: 'loading' });
  const question = useRef(ask);
  question.current = ask;
  useEffect(() => {
    answer.value = { kind: 'loading' };
    const load = async (signal: AbortSignal): Promise<void> => {
      try {
        const value = await question.current(signal);
        if (!signal.aborted) answer.value = { kind: 'shown', value, isOutdated: false };
      } catch (error) {
        if (signal.aborted) return;
        const shown = answer.peek();
        answer.value =
          shown.kind === 'shown'
            ? { ...shown, isOutdated: true }
            : { kind: 'failed', message: reasonOf(error), retry: () => reloader.request() };
      }
    };
    const { timer, nowMs } = viewer.clock;
    const reloader = new Reloader({ load, timer, nowMs, quietMs: REFRESH_MS });
    reloader.request();
    let isWanted = false;
    const refresh = (): void => {
      if (document.visibilityState === 'hidden') isWanted = true;
      else {
        isWanted = false;
        reloader.request();
      }
    };
    const onVisible = (): void => {
      if (isWanted) refresh();
    };
    let isFirst = true;
    const unsubscribe = viewer.newestSeq.subscribe(() => {
      if (!isFirst) refresh();
      isFirst = false;
    });
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      unsubscribe();
      document.removeEventListener('visibilitychange', onVisible);
      reloader.stop();
    };
  }, [viewer, key]);
  return answer.value;
}

function reasonOf(error: unknown): string {
  return error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
}
