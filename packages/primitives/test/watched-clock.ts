import { ManualClock } from '@tta/obs-context/manual';

/** A manual clock that tells of each timer how long it was set for, and whether it keeps the process alive. */
export class WatchedClock extends ManualClock {
  readonly keptAlive: (readonly [ms: number, keepAlive: boolean])[] = [];

  override timer(ms: number, fn: () => void, keepAlive = false): () => void {
    this.keptAlive.push([ms, keepAlive]);
    return super.timer(ms, fn);
  }
}
