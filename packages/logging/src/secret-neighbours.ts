import type { SecretKeyRule } from '@tta/obs-context/secrets';

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

/**
 * What an item of a list is, told by the one before it: `['cookie', 'x']`, `['run', '--password', 'x']`,
 * `['curl', '-u', 'name:x']`.
 */
export function kindOfItem(
  list: readonly unknown[],
  index: number,
  hasPairs: boolean,
  isSecretKey: SecretKeyRule,
): string | undefined {
  const name = index === 0 ? undefined : list[index - 1];
  if (typeof name !== 'string') return undefined;
  const isFlag = name.startsWith('-') && !name.startsWith('---');
  if (!isFlag && !(hasPairs && index % 2 === 1)) return undefined;
  if (isFlag && credentialsFlag.test(name) && isCredentials(list[index]) && isWebCall(list))
    return 'password';
  return isSecretKey(name);
}

const credentialsFlag = /^(?:-u|--(?:proxy-)?user)$/;

function isCredentials(item: unknown): boolean {
  return typeof item === 'string' && /^[^\s:]{1,128}:[^\s]/.test(item);
}

/** Of other programs `-u a:b` is a user and its group. */
function isWebCall(list: readonly unknown[]): boolean {
  const web = /^https?:\/\/|(?:^|[\\/])(?:curl|wget|xh|https?)(?:\.exe)?$/;
  return list.slice(0, mostLooked).some((item) => typeof item === 'string' && web.test(item));
}

/** The items of a list that are lines of a private key in PEM: from behind the first of them, up to the last. */
export function keyLines(
  list: readonly unknown[],
): { readonly from: number; readonly to: number } | undefined {
  let from: number | undefined;
  for (let at = 0; at < list.length && at < mostLooked; at++) {
    const item = list[at];
    if (!isBoundary(item)) continue;
    if (from !== undefined) return { from, to: at };
    if (firstLine.test(item)) from = at + 1;
  }
  return from === undefined ? undefined : { from, to: list.length };
}

const firstLine = /BEGIN [A-Z\d ]{0,64}PRIVATE KEY(?: BLOCK)?-{4,5}\s*$/;

function isBoundary(item: unknown): item is string {
  return typeof item === 'string' && item.startsWith('----');
}

/** A list of tokens of a service; one of a text's has words and numbers. */
export function isTokenList(key: string, item: unknown): boolean {
  if ((key !== 'tokens' && key !== 'Tokens') || !Array.isArray(item) || item.length === 0) return false;
  const looked: readonly unknown[] = item.slice(0, mostLooked);
  return looked.every(
    (each) => typeof each === 'string' && /^(?=\D*\d)(?=[^a-z]*[a-z])[\w.~+/=-]{8,}$/i.test(each),
  );
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

/** Tells what the value of a field is by the fields beside it. */
export type NeighbourRule = (key: string, item: unknown) => string | undefined;

/**
 * What fields say of each other: `{ name: 'password', value: 'x' }`, `{ user: 'ada', pass: 'x' }`, the private members of
 * a JSON web key. `undefined` where they say nothing.
 */
export function neighbourRule(
  value: object,
  keys: readonly string[],
  isSecretKey: SecretKeyRule,
): NeighbourRule | undefined {
  let hasValue = false;
  let hasPass = false;
  let isWebKey = false;
  for (const key of keys) {
    hasValue ||= isValueKey(key);
    hasPass ||= key === 'pass' || key === 'Pass';
    isWebKey ||= key === 'kty';
  }
  const named = hasValue ? kindOfNamedValue(value, keys, isSecretKey) : undefined;
  const isLogin = hasPass && keys.some((key) => userKeys.has(key));
  if (named === undefined && !isLogin && !isWebKey) return undefined;
  return (key, item) => {
    if (named !== undefined && isValueKey(key)) return named;
    if (typeof item !== 'string') return undefined;
    if (isLogin && (key === 'pass' || key === 'Pass')) return 'password';
    return isWebKey && privateMembers.has(key) && privateMember.test(item) ? 'private-key' : undefined;
  };
}

const userKeys = spellings('user', 'username', 'userName', 'login', 'email', 'usr');
/** Of a JSON web key (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1). */
const privateMembers: ReadonlySet<string> = new Set(['d', 'dp', 'dq', 'k', 'p', 'q', 'qi']);
const privateMember = /^[\w-]{16,}$/;

function isValueKey(key: string): boolean {
  return key.endsWith('alue') || key.endsWith('alues');
}

/** What the value of an object with a name and a value is; `undefined` for one with no secret name. */
function kindOfNamedValue(
  value: object,
  keys: readonly string[],
  isSecretKey: SecretKeyRule,
): string | undefined {
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
