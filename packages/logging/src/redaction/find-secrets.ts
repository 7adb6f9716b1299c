import { findEmails } from './emails.ts';
import { findElementSecrets, findKeyedSecrets, findPairedSecrets } from './keyed-secrets.ts';
import { findPaymentCards } from './payment-cards.ts';
import { findPrivateKeys } from './private-keys.ts';
import type { SecretKeyRule } from './secret-key.ts';
import type { Found, SecretSpan } from './secret-span.ts';
import { findAuthSchemes, findShapes, findTokens } from './token-formats.ts';
import { findUrlCredentials } from './url-credentials.ts';
import { visibleText } from './visible-text.ts';

/** No credential that is told by its form has a shorter stretch of letters, digits and the like. */
const shortestRun = 16;
const fewestDigits = 13;

/** A pattern of the program's own; the whole match is the secret. */
export interface SecretPattern {
  /** Goes into the replacement: `[redacted:order-pin]`. Lower-case letters, digits and `-`. */
  readonly kind: string;
  /** Runs over every text; one that backtracks without bound stops the program. */
  readonly pattern: RegExp;
}

/** The secrets of a text in their order; none overlaps another. Time grows with the length of the text alone. */
export function findSecrets(
  text: string,
  isSecretKey: SecretKeyRule,
  patterns: readonly SecretPattern[],
): readonly SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const { kind, pattern } of patterns) {
    for (const { 0: match, index } of text.matchAll(pattern)) {
      if (match !== '') spans.push({ start: index, end: index + match.length, kind });
    }
  }
  const traits = traitsOf(text);
  const visible = traits.unseen ? visibleText(text) : undefined;
  if (visible === undefined) {
    findKnown(text, traits, isSecretKey, spans);
  } else {
    const seen: SecretSpan[] = [];
    findKnown(visible.text, traitsOf(visible.text), isSecretKey, seen);
    for (const { start, end, kind } of seen)
      spans.push({ start: visible.place(start), end: visible.place(end - 1) + 1, kind });
  }
  return merged(spans, text);
}

function findKnown(text: string, has: Traits, isSecretKey: SecretKeyRule, spans: SecretSpan[]): void {
  const found: Found = (start, end, kind) => void spans.push({ start, end, kind });
  if (has.longRun) {
    findTokens(text, found);
    findShapes(text, found);
  }
  if (has.dashes || has.separator) findPrivateKeys(text, found);
  if (has.separator) findUrlCredentials(text, found);
  if (has.schemeEnd) findAuthSchemes(text, found);
  if (has.separator || has.dashes || has.quotes) {
    findKeyedSecrets(text, isSecretKey, found);
    if (text.includes('<')) findElementSecrets(text, isSecretKey, found);
    findPairedSecrets(text, isSecretKey, found);
  }
  if (has.digits) findPaymentCards(text, found);
  if (has.at) findEmails(text, new Set(spans.map(({ end }) => end)), found);
}

interface Traits {
  readonly at: boolean;
  readonly separator: boolean;
  readonly dashes: boolean;
  readonly longRun: boolean;
  readonly digits: boolean;
  /** A blank behind the last letter of `Bearer`, `Basic` or `token`. */
  readonly schemeEnd: boolean;
  readonly quotes: boolean;
  /** Characters that may hide a secret from a search, or may be hidden themselves. */
  readonly unseen: boolean;
}

/** One look at each character spares most texts all searches. */
function traitsOf(text: string): Traits {
  let at = false;
  let separator = false;
  let dashes = false;
  let schemeEnd = false;
  let quotes = false;
  let unseen = false;
  let longRun = false;
  // Digits in a row, also in groups.
  let digits = 0;
  let mostDigits = 0;
  // Of the stretch without a blank: its length, whether it has a digit or capital, and what no UUID and no hash has.
  let run = 0;
  let varies = false;
  let isHex = true;
  let last = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 97 && code <= 122) {
      run++;
      digits = 0;
      if (code > 102) isHex = false;
    } else if (code >= 48 && code <= 57) {
      run++;
      digits++;
      if (digits > mostDigits) mostDigits = digits;
      varies = true;
    } else if (code >= 65 && code <= 90) {
      run++;
      digits = 0;
      varies = true;
      isHex = false;
    } else if (code === 45) {
      run++;
      dashes ||= last === 45 || last === 32 || last === 0;
    } else if (code === 95 || code === 47 || code === 43 || code === 46 || code === 126) {
      run++;
      isHex = false;
    } else {
      run = 0;
      varies = false;
      isHex = true;
      if (code === 58 || code === 61 || code === 62) separator = true;
      else if (code === 64) at = true;
      else if (code === 32 || code === 9 || code === 37) schemeEnd ||= isSchemeEnd(last);
      else if (code === 34 || code === 39) quotes = true;
      else if (code > 127 || code === 27 || (code === 92 && text.startsWith('u001b', index + 1)))
        unseen = true;
    }
    if (run >= shortestRun && varies && !isHex) longRun = true;
    last = code;
  }
  return { at, separator, dashes, schemeEnd, quotes, unseen, longRun, digits: mostDigits >= fewestDigits };
}

function isSchemeEnd(code: number): boolean {
  const lower = code | 32;
  return lower === 114 || lower === 99 || lower === 110;
}

/**
 * Overlapping spans become one, named after the first that was found of those that begin it. What was redacted
 * before stays as it is.
 */
function merged(spans: SecretSpan[], text: string): readonly SecretSpan[] {
  if (spans.length === 0) return spans;
  const marks = text.includes('[redacted:') ? [...text.matchAll(/\[redacted:[a-z\d-]+\]/g)] : [];
  let mark = 0;
  const result: SecretSpan[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    while (mark < marks.length && endOf(marks[mark]) <= span.start) mark++;
    const { index = Infinity } = marks[mark] ?? {};
    if (index <= span.start && (index < span.start || endOf(marks[mark]) >= span.end)) continue;
    const before = result.at(-1);
    if (before !== undefined && span.start < before.end) {
      result[result.length - 1] = { ...before, end: Math.max(before.end, span.end) };
    } else result.push(span);
  }
  return result;
}

function endOf(match: RegExpMatchArray | undefined): number {
  return match === undefined ? Infinity : (match.index ?? 0) + match[0].length;
}
