import { eachMatch } from './each-match.ts';
import { isHarmlessValue } from './harmless-values.ts';
import type { SecretKeyRule } from './secret-key.ts';
import type { Found } from './secret-span.ts';
import { closingQuote, elementValue, lineEnd, nothingSeen, secretValue } from './secret-value.ts';

const longestKey = 64;
/** As many blanks, quotes and the like may stand between a name and its separator. */
const furthestSeparator = 64;
/** Names whose value is more than one word. */
const wholeLine = new Set(['authorization', 'cookie', 'mnemonic', 'passphrase']);
/** The word before these says what they are: `API key: …` and `first token: …`. */
const secondWord = /^(?:key|string|number|code|token|phrase)s?$/i;
/** Names that are harmless but for what they carry in a query: `?key=AIza…`. */
const inQuery: ReadonlyMap<string, string> = new Map([
  ['key', 'api-key'],
  ['signature', 'signature'],
  ['code', 'one-time-code'],
]);
const opaque = /(?=[^\s&\d]{0,256}\d)[\w%+/=.~-]{16}/y;

interface Name {
  readonly start: number;
  readonly word: string;
  readonly kind: string;
}

/**
 * Finds values whose name says that they are secret, in all the forms of a text: `password=x`, `"password": "x"`,
 * also as JSON in JSON, `--password x`, `?access_token=x&`, `Cookie: x`.
 */
export function findKeyedSecrets(text: string, isSecret: SecretKeyRule, found: Found): void {
  const seen = nothingSeen();
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isSeparator = code === 58 || code === 61;
    if (!isSeparator && code !== 32 && code !== 9) continue;
    const name = isSeparator ? nameBefore(text, at, isSecret) : flagBefore(text, at, isSecret);
    if (name === undefined) continue;
    const { start: nameAt, word, kind } = name;
    const isLine = isSeparator && wholeLine.has(kind);
    const [start, end] = secretValue(text, nameAt, at + 1, isLine, seen);
    if (end > start && !isHarmlessValue(text, start, end, word, kind)) found(start, end, kind);
  }
}

const element = /<(?:[\w-]{1,32}:)?([\w.-]{2,64})(?:\s[^<>]{0,512})?>/y;

/** Finds values of elements, `<password>x</password>`, also with a prefix and attributes. */
export function findElementSecrets(text: string, isSecret: SecretKeyRule, found: Found): void {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    element.lastIndex = at;
    const name = element.exec(text)?.[1];
    const kind = name === undefined ? undefined : isSecret(name);
    if (name === undefined || kind === undefined) continue;
    const [start, end] = elementValue(text, element.lastIndex);
    at = end - 1;
    if (end > start && !isHarmlessValue(text, start, end, name, kind)) found(start, end, kind);
  }
}

const namedValue =
  /(?<!\w)(?:name|key|header|field|variable|parameterkey)\\{0,8}["'`]?[ \t]{0,8}[:=][ \t]{0,8}\\{0,8}["'`]?([\w.-]{2,64})\\{0,8}["'`]?(?:[\s,;]|\\{1,8}[nr]){1,32}\\{0,8}["'`]?(?:parameter)?value\\{0,8}["'`]?[ \t]{0,8}[:=]/gi;
/** A field of `multipart/form-data` (RFC 7578), up to the next boundary. */
const formField = new RegExp(
  `;[ \\t]{0,4}name=\\\\{0,8}"([^"\\r\\n\\\\]{1,64})\\\\{0,8}"${lineEnd}(?:[\\w-]{1,64}:[^\\r\\n\\\\]{0,256}${lineEnd}){0,4}${lineEnd}`,
  'g',
);
const boundary = /(?:\r?\n|(?:\\r)?\\n)--/g;
const pair = /[[(][ \t]{0,4}((\\{0,8})(["'`]))([\w.-]{2,64})\1[ \t]{0,4},[ \t]{0,4}\1/g;
const credentialsFlag =
  /(?<=^|\s)(?:-u|--(?:proxy-)?user)(?:[ \t]{1,16}|=)["']?[^\s:"']{1,128}:([^\s"']{1,256})/g;

/**
 * Finds values whose name is a value itself: `{"name":"DB_PASSWORD","value":"x"}`, fields of forms,
 * `["x-api-key","x"]`, `-u name:x`.
 */
export function findPairedSecrets(text: string, isSecret: SecretKeyRule, found: Found): void {
  // To look for a word is a tenth of the cost of these expressions.
  if (/value/i.test(text)) findNamedValues(text, isSecret, found);
  if (text.includes('; name=')) findFormFields(text, isSecret, found);
  if (text.includes("',") || text.includes('",')) findPairs(text, isSecret, found);
  if (text.includes('-u')) {
    eachMatch(credentialsFlag, text, ([whole, secret = ''], at) => {
      const end = at + whole.length;
      if (isWebCall(text, at, end)) found(end - secret.length, end, 'password');
    });
  }
}

/** Of other programs `-u a:b` is a user and its group, or a place and another. */
function isWebCall(text: string, start: number, end: number): boolean {
  const before =
    text
      .slice(Math.max(0, start - 256), start)
      .split('\n')
      .at(-1) ?? '';
  const behind = text.slice(end, end + 256).split('\n', 1)[0] ?? '';
  return /\b(?:curl|wget|xh|https?)\b/.test(before) || /https?:\/\//.test(behind);
}

function findNamedValues(text: string, isSecret: SecretKeyRule, found: Found): void {
  const seen = nothingSeen();
  eachMatch(namedValue, text, ([whole, name = ''], index) => {
    const kind = isSecret(name);
    if (kind === undefined) return;
    const [start, end] = secretValue(text, index, index + whole.length, wholeLine.has(kind), seen);
    if (end > start && !isHarmlessValue(text, start, end, name, kind)) found(start, end, kind);
  });
}

function findFormFields(text: string, isSecret: SecretKeyRule, found: Found): void {
  let end = 0;
  eachMatch(formField, text, ([whole, name = ''], index) => {
    const kind = isSecret(name);
    const start = index + whole.length;
    if (kind === undefined || start < end) return;
    boundary.lastIndex = start;
    end = boundary.exec(text)?.index ?? text.length;
    found(start, end, kind);
  });
}

function findPairs(text: string, isSecret: SecretKeyRule, found: Found): void {
  eachMatch(pair, text, ([whole, , escapes = '', quote = '"', name = ''], index) => {
    const kind = isSecret(name);
    if (kind === undefined) return;
    const start = index + whole.length;
    const end = closingQuote(text, start, quote, escapes.length);
    // A list of names has names in it.
    if (end > start && !/^[a-z_-]{0,64}$/i.test(text.slice(start, end))) found(start, end, kind);
  });
}

function nameBefore(text: string, at: number, isSecret: SecretKeyRule): Name | undefined {
  let end = at;
  while (end > 0 && at - end < furthestSeparator && isBetween(text, end - 1)) end--;
  if (text.startsWith('%5D', end - 3)) end -= 3;
  let start = wordStart(text, end);
  if (end - start < 2) return undefined;
  // What was redacted before names nothing.
  if (text[end] === ']' && text.startsWith('[redacted:', start - 10)) return undefined;
  const before = text[start - 1];
  // An encoded blank or an escaped line end is no part of the name.
  let word = text.slice(start + (before === '%' ? 2 : before === '\\' ? 1 : 0), end);
  if (before === '?' || before === '&') {
    const kind = isSecret(word) ?? (isOpaque(text, at + 1) ? inQuery.get(word.toLowerCase()) : undefined);
    return kind === undefined ? undefined : { start, word, kind };
  }
  const firstWord = before === ' ' && secondWord.test(word) ? wordStart(text, start - 1) : start;
  if (firstWord < start - 1) {
    start = firstWord;
    word = text.slice(start, end);
  }
  const kind = isSecret(word);
  return kind === undefined ? undefined : { start, word, kind };
}

function isOpaque(text: string, at: number): boolean {
  opaque.lastIndex = at;
  return opaque.test(text);
}

/** `--password x`, `-password x`, and `PASSWORD 'x'` as SQL has it. */
function flagBefore(text: string, at: number, isSecret: SecretKeyRule): Name | undefined {
  if (at < 4 || !isWord(text.charCodeAt(at - 1))) return undefined;
  const next = text.charCodeAt(at + 1);
  const start = wordStart(text, at);
  if (text.charCodeAt(start) === 45) {
    if (start > 0 && !/[\s"'`,([]/.test(text[start - 1] ?? '')) return undefined;
    const word = text.slice(start + (text.charCodeAt(start + 1) === 45 ? 2 : 1), at);
    const kind = word === 'pass' ? 'password' : isSecret(word);
    return kind === undefined ? undefined : { start, word, kind };
  }
  if (next !== 39 && next !== 34) return undefined;
  const word = text.slice(start, at);
  const isPassword =
    isSecret(word) === 'password' || /identified by$/i.test(text.slice(Math.max(0, at - 13), at));
  return isPassword ? { start, word, kind: 'password' } : undefined;
}

function wordStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < longestKey && isWord(text.charCodeAt(start - 1))) start--;
  return start;
}

/** Letters, digits, `_`, `-` and `.`. */
function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}

/** What may stand between a name and its separator: blanks, also escaped ones, quotes, a closing bracket, stars. */
function isBetween(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    code === 32 ||
    code === 9 ||
    code === 34 ||
    code === 39 ||
    code === 42 ||
    code === 92 ||
    code === 93 ||
    code === 96 ||
    (code === 116 && text.charCodeAt(at - 1) === 92)
  );
}
