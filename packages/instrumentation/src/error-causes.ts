/** More than any chain in practice, and an end to one that has none. */
const mostCauses = 8;

/**
 * What caused an error, the nearest first: its `cause`, the errors that it stands for (`AggregateError`), then theirs.
 * Each once, also where a chain bites its tail. Never throws.
 */
export function causesOf(error: unknown): readonly unknown[] {
  const found = new Set<unknown>([error]);
  for (const one of found) {
    for (const cause of directCausesOf(one)) {
      if (found.size > mostCauses) break;
      found.add(cause);
    }
  }
  found.delete(error);
  return [...found];
}

function directCausesOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const cause = read(() => (error as { cause?: unknown }).cause, undefined);
  const errors = read((): readonly unknown[] => {
    const listed: unknown = error instanceof AggregateError ? error.errors : [];
    return Array.isArray(listed) ? listed.slice(0, mostCauses) : [];
  }, []);
  return cause === undefined || cause === null ? errors : [cause, ...errors];
}

/** Anything can be thrown: a revoked proxy, an object whose getters throw. */
export function read<T>(value: () => T, otherwise: T): T {
  try {
    return value();
  } catch {
    return otherwise;
  }
}
