import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Viewer } from '../viewer.ts';
import { knownOf, LiveAnswer } from './live-answer.ts';
import type { Answer } from './live-answer.ts';

export type { Answer } from './live-answer.ts';

/**
 * Asks the service, and again when something new was stored or the service is back, after `quietMs` at the earliest, and every
 * 15 seconds for figures that age; only while the page is in sight. What is shown stays until the next answer.
 *
 * @param key - Names what is asked for: another key is another question, whose answer is waited for anew.
 */
export function useAnswer<T>(
  viewer: Viewer,
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  quietMs?: number,
): Answer<T> {
  const answer = useSignal<Answer<T>>({ kind: 'loading' });
  const question = useRef(ask);
  question.current = ask;
  const asked = useRef(key);
  useEffect(() => {
    asked.current = key;
    const live = new LiveAnswer<T>(
      {
        ask: (signal) => question.current(signal),
        show: (known) => {
          answer.value = known;
        },
        timer: viewer.clock.timer,
        nowMs: viewer.clock.nowMs,
        previous: knownOf(answer.peek()),
        quietMs,
      },
      document.visibilityState !== 'hidden',
    );
    const onVisibility = (): void => live.setVisible(document.visibilityState !== 'hidden');
    const unsubscribes = [
      onChange(viewer.newestSeq, () => live.refresh()),
      onChange(viewer.connection, (state) => {
        if (state === 'live') live.refresh();
      }),
    ];
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
      document.removeEventListener('visibilitychange', onVisibility);
      live.stop();
    };
  }, [viewer, key]);
  const known = answer.value;
  // Until the effect has run, what is known is of the question before.
  return asked.current === key ? known : pending(known);
}

function pending<T>(answer: Answer<T>): Answer<T> {
  const previous = knownOf(answer);
  return previous === undefined ? { kind: 'loading' } : { kind: 'loading', previous };
}

/** Hears of changes, and not of the value that there is already. */
function onChange<T>(
  source: { subscribe: (listener: (value: T) => void) => () => void },
  listener: (value: T) => void,
): () => void {
  let isFirst = true;
  return source.subscribe((value) => {
    if (!isFirst) listener(value);
    isFirst = false;
  });
}
