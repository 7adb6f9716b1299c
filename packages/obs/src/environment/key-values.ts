/**
 * `key=value,key=value` with keys and values percent-encoded, as variables hold it. An entry that does not keep
 * to it is `undefined`; empty entries are passed over.
 */
export function keyValues(text: string): (readonly [key: string, value: string] | undefined)[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(keyValue);
}

function keyValue(entry: string): readonly [key: string, value: string] | undefined {
  const separator = entry.indexOf('=');
  try {
    const key = decodeURIComponent(entry.slice(0, Math.max(separator, 0)).trim());
    return key === '' ? undefined : [key, decodeURIComponent(entry.slice(separator + 1).trim())];
  } catch {
    // A percent sign that encodes nothing.
    return undefined;
  }
}

/** Whether every entry could be read. */
export function isComplete<T>(entries: readonly (T | undefined)[]): entries is readonly T[] {
  return !entries.includes(undefined);
}
