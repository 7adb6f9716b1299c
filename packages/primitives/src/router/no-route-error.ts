import { classifyError, ObsError } from '@tta/obs-context';
import { messageOf } from '@tta/obs-instrumentation';

/** Characters of what `select` said that a message shows: a model may answer with an essay. */
const shownLength = 80;

/** `select` named no route, or failed, and there is no default. Its cause is what `select` threw. */
export class NoRouteError extends ObsError {
  /** The keys of the routes that there are. */
  readonly available: readonly string[];

  /** @param failure - What `select` threw, where it did. */
  constructor(
    router: string,
    said: unknown,
    available: readonly string[],
    failure?: { readonly error: unknown },
  ) {
    const what = failure
      ? `could not select a route: ${messageOf(failure.error)}`
      : `has no route ${textOf(said)}`;
    const found = failure && classifyError(failure.error);
    super(`"${router}" ${what}; its routes: ${available.join(', ')}`, {
      code: 'OBS_ERR_NO_ROUTE',
      category: found?.category ?? 'validation',
      severity: 'high',
      recoverable: found?.recoverable ?? false,
      cause: failure?.error,
    });
    this.available = available;
  }
}

/** What was given where something else was wanted, as a message shows it. */
export function textOf(given: unknown): string {
  if (given === undefined || given === null) return String(given);
  if (typeof given !== 'string') return `of type ${typeof given}`;
  return JSON.stringify(given.length > shownLength ? `${given.slice(0, shownLength)}…` : given);
}
