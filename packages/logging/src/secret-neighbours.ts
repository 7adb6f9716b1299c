import type { SecretKeyRule } from './redaction/secret-key.ts';

/** Longer lists are not looked through. */
const mostLooked = 200;

/** Whether a list may be pairs of names and values: one pair, or headers as Node gives them in `rawHeaders`. */
export function isPairs(list: readonly unknown[]): boolean {
  if (list.length === 2) return !isName(list[1]);
  if (list.length === 0 || list.length % 2 === 1) return false;
  const looked = list.slice(0, mostLooked);
  return (
    looked.every((item) => typeof item === 'string') &&
    looked.some((item, at) => at % 2 === 1 && !isName(item))
  );
}

/** A list of names has names in it: `['password', 'email']`. */
function isName(item: unknown): boolean {
  return typeof item === 'string' && /^[a-z_-]{0,64}$/i.test(item);
}

/** What an item of a list is, told by the one before it: `['cookie', 'x']`, `['run', '--password', 'x']`. */
export function kindOfItem(
  list: readonly unknown[],
  index: number,
  hasPairs: boolean,
  isSecretKey: SecretKeyRule,
): string | undefined {
  const name = index === 0 ? undefined : list[index - 1];
  if (typeof name !== 'string' || !((hasPairs && index % 2 === 1) || name.startsWith('-'))) return undefined;
  return isSecretKey(name);
}

const nameKeys = spellings(
  'name',
  'key',
  'header',
  'field',
  'label',
  'id',
  'variable',
  'parameterKey',
  'parameterName',
);

/** Whether the value under a key may be named by what stands beside it: `{ name: 'password', value: 'x' }`. */
export function isValueKey(key: string): boolean {
  return key.endsWith('alue') || key.endsWith('alues');
}

/** What the value of an object with a name and a value is; `undefined` for one without, or with no secret name. */
export function kindOfNamedValue(
  value: object,
  keys: readonly string[],
  isSecretKey: SecretKeyRule,
): string | undefined {
  if (!keys.some(isValueKey)) return undefined;
  for (const key of keys) {
    const name = nameKeys.has(key) ? readable(value, key) : undefined;
    const kind = typeof name === 'string' ? isSecretKey(name) : undefined;
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** A getter may throw; the others still count. */
function readable(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

function spellings(...words: readonly string[]): ReadonlySet<string> {
  return new Set(words.flatMap((word) => [word, `${word.charAt(0).toUpperCase()}${word.slice(1)}`]));
}
