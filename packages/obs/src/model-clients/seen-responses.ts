import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from './span-types.ts';

/** Of more responses than these the oldest are forgotten. */
const responseLimit = 1_000;

type Period = Pick<ReadableSpan, 'startTime' | 'endTime'>;

/** Which responses spans have told of: two instrumentations of one client make two spans of each, beside each other. */
export class SeenResponses {
  readonly #periods = new Map<string, Period>();

  /**
   * @param id - What the provider calls the response; where it says nothing, every span is of one of its own.
   * @returns Whether it is new. One of the same id at another time is another one: fakes and caches repeat theirs.
   */
  add(id: string | undefined, { startTime, endTime }: Period): boolean {
    if (id === undefined) return true;
    const known = this.#periods.get(id);
    if (known && isBefore(startTime, known.endTime) && isBefore(known.startTime, endTime)) return false;
    this.#periods.delete(id);
    this.#periods.set(id, { startTime, endTime });
    if (this.#periods.size <= responseLimit) return true;
    for (const oldest of this.#periods.keys()) {
      this.#periods.delete(oldest);
      break;
    }
    return true;
  }
}

function isBefore(a: HrTime, b: HrTime): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
