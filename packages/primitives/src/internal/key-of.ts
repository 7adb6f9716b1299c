import type { RunScope } from '@tta/obs-instrumentation';

/**
 * The key of an input; `undefined` where the user's function failed to make one, which is told. A run does not fail
 * because something about it could not be shared or remembered.
 */
export function keyOf<I>(key: (input: I) => string, input: I, scope: RunScope): string | undefined {
  try {
    const made: unknown = key(input);
    if (typeof made === 'string') return made;
    // A promise that is not waited for must not end the process when it rejects.
    if (made instanceof Promise) made.catch(() => undefined);
    const kind = made === null ? 'null' : made instanceof Promise ? 'a promise' : `of type ${typeof made}`;
    throw new TypeError(`the key of an input has to be text, made at once; it is ${kind}`);
  } catch (error) {
    scope.record({ type: 'recovery', kind: 'key_failure', error });
    return undefined;
  }
}
