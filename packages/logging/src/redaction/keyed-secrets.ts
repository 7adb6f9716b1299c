import type { SecretKeyRule } from './secret-key.ts';
import type { Found } from './secret-span.ts';

const longestKey = 64;
/** Words that stand where a secret would, and say more than its name. */
const saysSomething =
  /^(?:true|false|null|undefined|none|nil|missing|required|invalid|expired|empty|\*+|\$\{[\w.]+\}|\$[A-Z_]+|\{\{.*\}\}|<[\w -]+>)$/i;
/** Headers whose value is more than one word. */
const wholeLine = new Set(['authorization', 'cookie']);
/** The word before these says what they are: `API key: …` and `first token: …`. */
const secondWord = /^(?:key|string|number|code|token)s?$/i;

/**
 * Finds values whose name says that they are secret, in all the forms of a text: `password=x`, `"password": "x"`,
 * also as JSON in JSON, `--password x`, `?access_token=x&`, `<password>x</password>`, `Cookie: x`.
 */
export function findKeyedSecrets(text: string, isSecret: SecretKeyRule, found: Found): void {
  const seen: Seen = { bracketTo: 0, lineTo: 0, wordTo: 0 };
  for (let at = 0; at < text.length; at++) {
    const separator = text.charCodeAt(at);
    let kind: string | undefined;
    if (separator === 58 || separator === 61 || separator === 62) {
      kind = isSecretName(text, at, separator === 62, isSecret);
    } else if (separator === 32 || separator === 9) {
      kind = isSecretFlag(text, at, isSecret);
    }
    if (kind === undefined) continue;
    const [start, end] = valueBehind(text, at, separator === 62, wholeLine.has(kind), seen);
    if (end > start && !saysSomething.test(text.slice(start, Math.min(end, start + 64))))
      found(start, end, kind);
  }
}

function isSecretName(text: string, at: number, isTag: boolean, isSecret: SecretKeyRule): string | undefined {
  let end = at;
  while (end > 0 && at - end < 8 && isBetween(text.charCodeAt(end - 1))) end--;
  const start = wordStart(text, end);
  if (end - start < 2 || (isTag && text[start - 1] !== '<')) return undefined;
  // What was redacted before names nothing.
  if (text.startsWith('[redacted:', start - 10)) return undefined;
  // An encoded blank or an escaped line end is no part of the name.
  const word = text.slice(start + (text[start - 1] === '%' ? 2 : text[start - 1] === '\\' ? 1 : 0), end);
  if (text[start - 1] !== ' ' || !secondWord.test(word)) return isSecret(word);
  return isSecret(text.slice(wordStart(text, start - 1), end));
}

function isSecretFlag(text: string, at: number, isSecret: SecretKeyRule): string | undefined {
  if (at < 4 || !isWord(text.charCodeAt(at - 1))) return undefined;
  const start = wordStart(text, at);
  return text.startsWith('--', start) ? isSecret(text.slice(start + 2, at)) : undefined;
}

function wordStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < longestKey && isWord(text.charCodeAt(start - 1))) start--;
  return start;
}

/** Letters, digits, `_`, `-`, `.`, and what is not ASCII. */
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

/** What may stand between a name and its separator: a blank, quotes, backslashes, a closing bracket. */
function isBetween(code: number): boolean {
  return code === 32 || code === 34 || code === 39 || code === 92 || code === 93 || code === 96;
}

const gap = /(?:[=:>]{0,2})[ \t]{0,16}/y;
const opening = /(\\{0,16})(["'`])/y;
const unquoted = /[^\s"'`&;<]+/y;
const restOfLine = /[^\n\r"'`]+/y;
const trailing = /[\\)\]}>,.!?:]+$/;

/**
 * How far values of each form were looked through. A name inside a value may have a value of another form that goes
 * further; one of the same form ends no later, and to look for its end again and again would take quadratic time.
 */
interface Seen {
  bracketTo: number;
  lineTo: number;
  wordTo: number;
}

/** From where to where the value goes that follows a separator. */
function valueBehind(
  text: string,
  at: number,
  isTag: boolean,
  isWholeLine: boolean,
  seen: Seen,
): readonly [start: number, end: number] {
  if (isTag) {
    const close = text.indexOf('<', at + 1);
    return [at + 1, close < 0 ? text.length : close];
  }
  gap.lastIndex = at + 1;
  gap.test(text);
  const start = Math.max(gap.lastIndex, at + 1);
  opening.lastIndex = start;
  const quote = opening.exec(text);
  if (quote !== null) {
    const inside = start + quote[0].length;
    return [inside, closingQuote(text, inside, quote[2] ?? '"', (quote[1] ?? '').length)];
  }
  const first = text[start];
  if (first === '{' || first === '[') {
    if (start < seen.bracketTo) return [start, start];
    seen.bracketTo = closingBracket(text, start);
    return [start, seen.bracketTo];
  }
  if (isWholeLine) {
    if (start < seen.lineTo) return [start, start];
    restOfLine.lastIndex = start;
    seen.lineTo = start + (restOfLine.exec(text)?.[0].length ?? 0);
    return [start, withoutTrailing(text, start, seen.lineTo)];
  }
  if (start < seen.wordTo) return [start, start];
  unquoted.lastIndex = start;
  seen.wordTo = start + (unquoted.exec(text)?.[0].length ?? 0);
  return [start, first === '$' ? seen.wordTo : withoutTrailing(text, start, seen.wordTo)];
}

/** Where a word ends without the punctuation behind it. */
function withoutTrailing(text: string, start: number, end: number): number {
  const tail = trailing.exec(text.slice(Math.max(start, end - 16), end))?.[0].length ?? 0;
  return end - Math.min(tail, Math.max(end - start - 1, 0));
}

/** JSON in JSON has its quotes escaped as often as the opening one was. An open quote ends with its line. */
function closingQuote(text: string, from: number, quote: string, escapes: number): number {
  let backslashes = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') backslashes++;
    else {
      const closes = escapes === 0 ? backslashes % 2 === 0 : backslashes <= escapes;
      if (character === quote && closes) return at - (escapes === 0 ? 0 : backslashes);
      backslashes = 0;
    }
  }
  const line = text.indexOf('\n', from);
  return line < 0 ? text.length : line;
}

function closingBracket(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
