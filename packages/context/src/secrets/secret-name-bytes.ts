import { byteClass, isOf, runEnd } from './byte-class.ts';
import type { Literal } from './literal-search.ts';
import { secretKeyEndRule } from './secret-key.ts';

/** Tells of a name that stands at `start` among bytes whether a value of it may be there. */
export type NameLook = (buffer: Buffer, start: number, end: number) => boolean;

/** As far as the rules for texts go: the name, and what stands between it and its separator; JSON spells a mark in six. */
const longestName = 64;
const furthestSeparator = 64 * 6;
/** So much may stand between a name that is a value and the value beside it. */
const furthestValue = 1_000;
const longestUser = 1_000;
const fewestOpaque = 16;

const fieldOfValue = /^(?:parameter)?value(?:\\u00..|[\\t \t"'`]){0,64}[:=]/i;

const mayBeSecretName = secretKeyEndRule();

/** Each secret name has one of these, `token` or `bearer`. Such as are short have what may follow them, so that fewer words have them too. */
const parts =
  'assertion auth card code connection cookie credential csrf cvc cvv jwt kennwort key mnemonic otp pass phrase ' +
  'pswd pwd saml secret session sid sig social ssn verifier xsrf';
/** What may stand behind `pw` in a name and behind it; of a blank beyond ASCII that is its first byte. */
const behindPw = /[\s\d"%'*,.:;=>\\\]_`bacdehnoprstv\xc2\xe1-\xe3\xef-]/;

/** What each value that its name gives away has in front of it. */
export function secretNameSigns(): readonly Literal<NameLook>[] {
  const sign = (look: NameLook, texts: readonly string[]) =>
    texts.map((text) => ({ name: look, text, anyCase: true }));
  const ends = [' ', '\t', '=', '\\t'];
  return [
    ...sign(isNameOfValue, parts.split(' ')),
    ...sign((buffer, start) => isNameOfValue(buffer, start, start + 2), withNext('pw')),
    ...sign(isBeforeQuote, ['identified by']),
    ...sign(
      isUserWithPassword,
      ['-u', '--user', 'proxy-user'].flatMap((flag) => ends.map((end) => flag + end)),
    ),
    ...sign(isFormField, ['name="', 'name=\\']),
  ];
}

/** The text with each character behind it that a secret name may go on with, or that may stand behind one. */
function withNext(text: string): readonly string[] {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
  return all.filter((next) => behindPw.test(next)).map((next) => text + next);
}

/** `password=`, `"password":`, `--password x`, `<password>`, `["password","x"]`, `name: PASSWORD, value: x`. */
export const isNameOfValue: NameLook = (buffer, start, end) => {
  let nameTo = end;
  while (isOf(wordCharacter, buffer, nameTo)) if (++nameTo - start > longestName) return false;
  if (buffer[nameTo] === 0x20 && buffer[start - 1] === 0x20 && isOf(proseLetter, buffer, nameTo + 1))
    return false;
  const at = separatorAt(buffer, nameTo);
  // In a list a name has quotes.
  if (isOf(separator, buffer, at) || (buffer[at] === comma && at > nameTo))
    return isSecret(buffer, start, nameTo, at + 1);
  const isBeforeBlank = isOf(spaceOrEscape, buffer, nameTo);
  if (!isBeforeBlank && at === nameTo && !isOf(beforeValue, buffer, at)) return false;
  if (isValueAt(buffer, at) || isEscape(buffer, at, '3e')) return isSecret(buffer, start, nameTo, at);
  return isBeforeBlank && mayEndWithBlank(buffer, start, nameTo) && isSecret(buffer, start, nameTo, at);
};

/** @param valueAt - Where a value may begin. */
function isSecret(buffer: Buffer, partAt: number, nameTo: number, valueAt: number): boolean {
  const nameAt = nameStart(buffer, partAt);
  const name = buffer.toString('latin1', nameAt, nameTo);
  if (mayBeSecretName(name) || /-pass$/i.test(name)) return true;
  const before = buffer[nameAt - 1];
  // `API key: x`
  if (before === 0x20)
    return mayBeSecretName(buffer.toString('latin1', nameStart(buffer, nameAt - 1), nameTo));
  // `?key=x`, also with an ampersand that JSON has escaped.
  if (!isOf(beforeQueryName, buffer, nameAt - 1) || !/^(?:u0026)?(?:key|signature|code)$/i.test(name))
    return false;
  return runEnd(buffer, valueAt, ofOpaque) - valueAt >= fewestOpaque;
}

function nameStart(buffer: Buffer, end: number): number {
  let start = end;
  while (end - start < longestName && isOf(wordCharacter, buffer, start - 1)) start--;
  return start;
}

/** Where the separator of a name would stand. */
function separatorAt(buffer: Buffer, nameTo: number): number {
  // A closing bracket, encoded.
  let at =
    buffer[nameTo] === 0x25 && buffer.toString('latin1', nameTo, nameTo + 3) === '%5D' ? nameTo + 3 : nameTo;
  const furthest = at + furthestSeparator;
  while (at < furthest && isOf(between, buffer, at)) {
    if (buffer[at] !== backslash) at++;
    else if (isEscape(buffer, at, '3e')) break;
    else if (isEscape(buffer, at, '2') || isEscape(buffer, at, '60')) at += 6;
    else at += buffer[at + 1] === letterT ? 2 : 1;
  }
  return at;
}

/** Whether the word `value` comes next, behind marks and ends of lines. */
function isValueAt(buffer: Buffer, from: number): boolean {
  let at = from;
  // Of an escaped end of a line the backslash may have been taken for another mark.
  if (buffer[from - 1] === backslash && isOf(lineEndLetter, buffer, from)) at++;
  const furthest = from + furthestValue;
  while (at < furthest && isOf(beforeValue, buffer, at)) {
    if (buffer[at] !== backslash) at++;
    else if (buffer[at + 1] === 0x75) at += 6;
    else at += isOf(lineEndLetter, buffer, at + 1) ? 2 : 1;
  }
  return isOf(valueLetter, buffer, at) && fieldOfValue.test(buffer.toString('latin1', at, at + 100));
}

/** Whether a name may have a value behind a blank: a flag, an element with attributes, `PASSWORD 'x'` of SQL. */
function mayEndWithBlank(buffer: Buffer, partAt: number, nameTo: number): boolean {
  const nameAt = nameStart(buffer, partAt);
  if (isOf(beforeElement, buffer, nameAt - 1) || buffer[nameAt] === dash) return true;
  // What seems to be the beginning of the name may be a mark that was escaped, or no part of the text.
  if (nameAt < partAt && prefixedFlag.test(buffer.toString('latin1', nameAt, partAt))) return true;
  return isBeforeQuote(buffer, nameAt, nameTo) && ofPassword.test(buffer.toString('latin1', nameAt, nameTo));
}

const prefixedFlag = /^(?:[^-]|[BJRZbjrz].|u00..)-|^u003c/i;
const ofPassword = /pass|psw|pw|kennwort/i;

/** One blank and a quote. */
const isBeforeQuote: NameLook = (buffer, _start, end) => {
  const isTab = buffer[end] === backslash && buffer[end + 1] === letterT;
  return (isTab || isOf(blank, buffer, end)) && isOf(quote, buffer, end + (isTab ? 2 : 1));
};

/** `curl -u name:x`. */
const isUserWithPassword: NameLook = (buffer, _start, end) => {
  const at = runEnd(buffer, end, blank);
  const colonAt = buffer.subarray(at, at + longestUser).indexOf(0x3a);
  return colonAt >= 0 && runEnd(buffer, at, visible) >= at + colonAt;
};

/** `; name="x"` of `multipart/form-data`. */
const isFormField: NameLook = (buffer, start) => {
  let at = start - 1;
  while (isOf(blank, buffer, at) || (buffer[at] === letterT && buffer[at - 1] === backslash)) at--;
  return buffer[at] === 0x3b || buffer[at] === backslash;
};

/** Whether JSON has escaped a character there whose code begins with these digits. */
function isEscape(buffer: Buffer, at: number, code: string): boolean {
  if (buffer[at] !== backslash || buffer[at + 1] !== 0x75) return false;
  return buffer.toString('latin1', at + 2, at + 4 + code.length).toLowerCase() === `00${code}`;
}

const dash = 0x2d;
const comma = 0x2c;
const backslash = 0x5c;
const letterT = 0x74;

// Bytes from 0x80 on are parts of characters; some of these are blanks.
const wordCharacter = byteClass(/[\w.-]/);
const separator = byteClass(/[:=>]/);
const between = byteClass(/[ \t"'*\\\]`]/);
const spaceOrEscape = byteClass(/[\s\\\x80-\xff]/);
const beforeValue = byteClass(/[\s"'`,;\\\x80-\xff]/);
const lineEndLetter = byteClass(/[nrt]/);
const valueLetter = byteClass(/[vVpP]/);
/** No letter that a value may begin with that is called so. */
const proseLetter = byteClass(/[a-oq-uw-z]/i);
const beforeQueryName = byteClass(/[?&\\]/);
const ofOpaque = byteClass(/[\w%+/=.~-]/);
const beforeElement = byteClass(/[<:]/);
const quote = byteClass(/["'\\]/);
const blank = byteClass(/[ \t]/);
const visible = byteClass(/\S|[\x80-\xff]/);
