/** Deeper and longer than any line that is read; what lies beyond is named, not printed. */
const deepest = 8;
const mostEntries = 200;

/**
 * A copy of a log field that is safe to print as JSON: errors with name, message, stack and cause, big
 * integers as digits, no cycles, bounded depth and width. Never throws.
 */
export function fieldValue(value: unknown): unknown {
  return plain(value, []);
}

function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[Function]';
  // JSON has no word for them and would say null.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[Circular]';
  if (above.length >= deepest) return '[Deep]';
  try {
    return plainObject(value, [...above, value]);
  } catch {
    return '[Unreadable]';
  }
}

function plainObject(value: object, path: readonly object[]): unknown {
  if (isErrorLike(value)) {
    const { name, message, stack, cause } = value;
    const own = Object.entries(value).filter(([key]) => key !== 'name');
    return entries([['name', name], ['message', message], ['stack', stack], ['cause', cause], ...own], path);
  }
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((item) => plain(item, path));
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return plain((toJSON as () => unknown).call(value), path);
  if (value instanceof Map)
    return entries(
      [...value].map(([key, item]) => [String(key), item]),
      path,
    );
  if (value instanceof Set) return plain([...value], path);
  return entries(Object.entries(value), path);
}

function entries(pairs: readonly (readonly [string, unknown])[], path: readonly object[]): object {
  return Object.fromEntries(
    pairs
      .filter(([, item]) => item !== undefined)
      .slice(0, mostEntries)
      .map(([key, item]) => [key, plain(item, path)]),
  );
}

/** Also an error of another realm, where `instanceof` fails. */
function isErrorLike(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}
