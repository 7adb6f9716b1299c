import { constants } from 'node:os';
import type { Surroundings } from './surroundings.ts';

/** From a terminal one Ctrl-C may arrive twice: from the terminal and from a parent that passes it on. */
const SAME_SIGNAL_MS = 500;

/** Resolves with the first SIGINT, SIGTERM or SIGHUP; a second one, clearly later, ends the process at once. */
export function stopSignal(
  surroundings: Pick<Surroundings, 'onSignal' | 'exitNow'>,
): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    surroundings.onSignal((signal) => {
      const nowMs = performance.now();
      if (firstMs === undefined) {
        firstMs = nowMs;
        resolve(signal);
      } else if (nowMs - firstMs > SAME_SIGNAL_MS) {
        surroundings.exitNow(exitCodeOf(signal));
      }
    });
  });
}

/** What a shell reports for a program that the signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
