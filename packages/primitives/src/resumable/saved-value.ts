/** Levels that a value may have: resuming takes it apart again, also where less of the call stack is left. */
const deepest = 1000;
/** Stands for `undefined` in a list, which JSON turns into `null`; texts that begin with it get another one. */
const mark = '\0';

/**
 * JSON of a value that comes back from it as it is, with `undefined` in lists; properties that are `undefined` do not come
 * back, and -0 comes back as 0, which nobody minds.
 *
 * @throws TypeError for what does not come back, which says where it is.
 */
export function encode(value: unknown): string {
  const path: (string | number)[] = [];
  const text = needsMarks(value, path) ? JSON.stringify(value, marked) : JSON.stringify(value);
  if (text.includes('"__proto__":')) throw new TypeError('a property is called __proto__');
  return text;
}

/** @throws SyntaxError for what is no JSON, TypeError for what {@link encode} has not made. */
export function decode(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // All that is out of the ordinary has been escaped.
  return /\\u|__proto__/.test(text) ? unmarked(value) : value;
}

/** What a value is now, whatever becomes of it; one that cannot be kept stays what it is. */
export function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const text = textOf(value);
  return text === undefined ? value : (decode(text) as T);
}

/** Gives a value as it is now, whatever becomes of it meanwhile; one that cannot be kept as it is then. */
export function held<T>(value: T): () => T {
  if (typeof value !== 'object' || value === null) return () => value;
  const text = textOf(value);
  return () => (text === undefined || textOf(value) === text ? value : (decode(text) as T));
}

/** JSON of a value; `undefined` where it does not come back from that as it is. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  try {
    return encode(value);
  } catch {
    return undefined;
  }
}

/** Whether something in a value has to be marked. @throws TypeError for what cannot be kept. */
function needsMarks(value: unknown, path: (string | number)[]): boolean {
  switch (typeof value) {
    case 'string':
      return value.startsWith(mark);
    case 'boolean':
      return false;
    case 'number':
      if (Number.isFinite(value)) return false;
      throw new TypeError(`${placeOf(path)} is ${value}, which JSON cannot hold`);
    case 'object':
      return value !== null && objectNeedsMarks(value, path);
    default:
      throw new TypeError(`${placeOf(path)} is of type ${typeof value}, which JSON cannot hold`);
  }
}

function objectNeedsMarks(value: object, path: (string | number)[]): boolean {
  if (path.length >= deepest)
    throw new TypeError(`the value has more than ${deepest} levels, or contains itself`);
  const isList = Array.isArray(value);
  requirePlain(value, isList, path);
  let needs = false;
  if (isList) {
    for (let index = 0; index < value.length; index++) {
      path.push(index);
      if (value[index] === undefined || needsMarks(value[index], path)) needs = true;
      path.pop();
    }
  } else {
    for (const [key, inner] of Object.entries(value)) {
      path.push(key);
      if (inner !== undefined && needsMarks(inner, path)) needs = true;
      path.pop();
    }
  }
  return needs;
}

function requirePlain(value: object, isList: boolean, path: readonly (string | number)[]): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isOurs = prototype === null || prototype === (isList ? Array.prototype : Object.prototype);
  // What another realm made is as plain.
  if (!isOurs && prototypesOf(value) > (isList ? 2 : 1)) {
    const { name = 'class' } = (value.constructor ?? {}) as { name?: string };
    throw new TypeError(`${placeOf(path)} is a ${name}, which does not come back from JSON as it is`);
  }
  const isHidden = (symbol: symbol): boolean => !Object.prototype.propertyIsEnumerable.call(value, symbol);
  if (!Object.getOwnPropertySymbols(value).every(isHidden))
    throw new TypeError(`${placeOf(path)} has a property with a symbol for a key, which JSON cannot hold`);
  if (isList && Object.keys(value).length > (value as unknown[]).length)
    throw new TypeError(`${placeOf(path)} is an array with further properties, which JSON cannot hold`);
}

function prototypesOf(value: object): number {
  let count = 0;
  for (let next: unknown = Object.getPrototypeOf(value); next !== null; count++)
    next = Object.getPrototypeOf(next);
  return count;
}

function placeOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (way, key) => way + (typeof key === 'number' ? `[${key}]` : `.${key}`),
    'the value',
  );
}

function marked(this: unknown, _key: string, value: unknown): unknown {
  if (value === undefined && Array.isArray(this)) return mark;
  return typeof value === 'string' && value.startsWith(mark) ? mark + value : value;
}

function unmarked(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    if (!value.startsWith(mark)) return value;
    return value === mark ? undefined : value.slice(1);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new TypeError('a value is too deep');
  if (Object.hasOwn(value, '__proto__')) throw new TypeError('a property is called __proto__');
  const at = value as Record<string, unknown>;
  for (const key of Object.keys(at)) at[key] = unmarked(at[key], depth + 1);
  return value;
}
