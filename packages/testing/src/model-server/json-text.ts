/** JSON in two pieces, as models stream it: neither is JSON alone. */
export function halves(json: string): readonly [string, string] {
  const middle = Math.ceil(json.length / 2);
  return [json.slice(0, middle), json.slice(middle)];
}

/** What JSON calls an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a list, each with its place there; none of what is no list. */
export function objectsIn(value: unknown): (readonly [number, Readonly<Record<string, unknown>>])[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).flatMap((item, at) => (isObject(item) ? [[at, item] as const] : []));
}
