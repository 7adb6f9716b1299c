import type { QueryRange } from './query-node.ts';

/** A word is all that stands together: `name:"a b"*,c` is one. */
export interface WordToken extends QueryRange {
  readonly kind: 'word';
  /** Where its first `:` outside quotes is, or -1. */
  readonly colon: number;
  /** Where a quoted part begins that does not end, or -1. */
  readonly unclosedQuote: number;
}

export type QueryToken = WordToken | (QueryRange & { readonly kind: '(' | ')' | '-' });

/** Cuts a query into tokens; every character is looked at a bounded number of times. */
export function scanQuery(text: string): QueryToken[] {
  const tokens: QueryToken[] = [];
  let position = 0;
  while (position < text.length) {
    const char = text.charAt(position);
    if (isSpace(char)) {
      position++;
      continue;
    }
    const token = isMark(char, text.charAt(position + 1))
      ? { kind: char, start: position, end: position + 1 }
      : scanWord(text, position);
    tokens.push(token);
    position = token.end;
  }
  return tokens;
}

/** A `-` with nothing behind it is a word. */
function isMark(char: string, next: string): char is '(' | ')' | '-' {
  return char === '(' || char === ')' || (char === '-' && next !== '' && next !== ')' && !isSpace(next));
}

function isSpace(char: string): boolean {
  return /^\s$/.test(char);
}

function scanWord(text: string, start: number): WordToken {
  let colon = -1;
  let position = start;
  while (position < text.length) {
    const char = text.charAt(position);
    if (char === '"') {
      const end = endOfQuoted(text, position, text.length);
      if (end < 0) return { kind: 'word', start, end: text.length, colon, unclosedQuote: position };
      position = end;
      continue;
    }
    if (isSpace(char) || char === '(' || char === ')') break;
    if (char === ':' && colon < 0) colon = position;
    position++;
  }
  return { kind: 'word', start, end: position, colon, unclosedQuote: -1 };
}

/** Behind the closing quote of the part that is opened at `start`, or -1. */
function endOfQuoted(text: string, start: number, end: number): number {
  for (let position = start + 1; position < end; position++) {
    const char = text.charAt(position);
    if (char === '"') return position + 1;
    if (char === '\\' && isEscapable(text.charAt(position + 1))) position++;
  }
  return -1;
}

/** Within quotes `\"` and `\\` stand for `"` and `\`; before anything else `\` stands for itself. */
function isEscapable(char: string): boolean {
  return char === '"' || char === '\\';
}

/** A value of a list, without its quotes. */
export interface ValueToken extends QueryRange {
  /** What stands between unquoted `*`. */
  readonly parts: readonly string[];
  /** Whether any of it is quoted. */
  readonly isQuoted: boolean;
}

/**
 * Reads a part of a word as values.
 *
 * @param separator - What separates them outside quotes; `''` for one value.
 */
export function scanValues(text: string, { start, end }: QueryRange, separator: ',' | ''): ValueToken[] {
  const values: ValueToken[] = [];
  let valueStart = start;
  let parts = [''];
  let isQuoted = false;
  const endValue = (valueEnd: number): void => {
    values.push({ start: valueStart, end: valueEnd, parts: withoutRuns(parts), isQuoted });
    valueStart = valueEnd + 1;
    parts = [''];
    isQuoted = false;
  };
  const add = (literal: string): void => {
    parts[parts.length - 1] += literal;
  };
  for (let position = start; position < end; position++) {
    const char = text.charAt(position);
    if (char === '"') {
      const quotedEnd = endOfQuoted(text, position, end);
      const isClosed = quotedEnd >= 0;
      add(unescape(text.slice(position + 1, isClosed ? quotedEnd - 1 : end)));
      isQuoted = true;
      position = (isClosed ? quotedEnd : end) - 1;
    } else if (char === separator) endValue(position);
    else if (char === '*') parts.push('');
    else add(char);
  }
  endValue(end);
  return values;
}

/** Several `*` in a row are one. */
function withoutRuns(parts: readonly string[]): readonly string[] {
  return parts.filter((part, index) => part !== '' || index === 0 || index === parts.length - 1);
}

function unescape(quoted: string): string {
  return quoted.replaceAll(/\\(["\\])/g, '$1');
}

/** A part of a word without its quotes, in which `*` stands for itself. */
export function unquoted(text: string, range: QueryRange): string {
  let read = '';
  for (let position = range.start; position < range.end; position++) {
    const char = text.charAt(position);
    if (char !== '"') {
      read += char;
      continue;
    }
    const quotedEnd = endOfQuoted(text, position, range.end);
    read += unescape(text.slice(position + 1, quotedEnd < 0 ? range.end : quotedEnd - 1));
    position = (quotedEnd < 0 ? range.end : quotedEnd) - 1;
  }
  return read;
}
