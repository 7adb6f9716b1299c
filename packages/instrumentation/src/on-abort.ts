interface Followers {
  readonly all: Set<() => void>;
  readonly listener: () => void;
}

const followersOf = new WeakMap<AbortSignal, Followers>();

/**
 * Calls `follower` when `signal` aborts. All followers of a signal share one listener: a run with many
 * branches, or many runs under one shutdown signal, must not look like a leak of listeners.
 *
 * @returns Ends it; harmless after the abort.
 */
export function onAbort(signal: AbortSignal, follower: () => void): () => void {
  const followers = followersOf.get(signal) ?? follow(signal);
  followers.all.add(follower);
  return () => {
    followers.all.delete(follower);
    if (followers.all.size > 0 || followersOf.get(signal) !== followers) return;
    followersOf.delete(signal);
    signal.removeEventListener('abort', followers.listener);
  };
}

function follow(signal: AbortSignal): Followers {
  const all = new Set<() => void>();
  const listener = (): void => {
    followersOf.delete(signal);
    for (const follower of all) follower();
  };
  const followers = { all, listener };
  followersOf.set(signal, followers);
  signal.addEventListener('abort', listener, { once: true });
  return followers;
}
