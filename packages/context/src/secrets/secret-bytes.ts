import { byteClass, runEnd } from './byte-class.ts';
import { LiteralSearch } from './literal-search.ts';
import { literalTexts } from './literal-texts.ts';
import { isNameOfValue, secretNameSigns } from './secret-name-bytes.ts';
import { bareForms, looksRandom, mayBeCredentials } from './token-formats.ts';

/** What stands so far around the sign of a form decides whether it is one. */
const lookBehind = 100;
const lookAhead = 200;
/** A longer header of a web token is taken for one without another look. */
const longestHeader = 4_096;
const lengthOfKey = 40;
/**
 * A run of {@link lengthOfKey} characters may seem longer among the bytes of a message, by tags and lengths that look like
 * letters. This much longer it is data.
 */
const longestRun = 128;

/** Tells for a sign of a form whether the form may be there. */
type Look = (scan: Scan, start: number, end: number) => boolean;

let signs: LiteralSearch<Look> | undefined;

/**
 * Whether `findFormedSecrets` or `findNamedSecrets` may find a secret in a text that is somewhere among the bytes, in
 * UTF-8, also one that JSON has escaped. A denial is certain. It takes about a nanosecond a byte, and never more than a few.
 *
 * @param bytes - A message in protobuf or JSON, or a text.
 */
export function mayHoldSecret(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  signs ??= secretSigns();
  if (new Scan(buffer).finds(signs)) return true;
  // JSON may have escaped the slashes that a secret has.
  if (!isJson(buffer) || !buffer.includes('\\/')) return false;
  const unescaped = Buffer.from(buffer.toString('latin1').replaceAll('\\/', '/'), 'latin1');
  return new Scan(unescaped).finds(signs);
}

function isJson(buffer: Buffer): boolean {
  let at = 0;
  while (isBlank(buffer[at])) at++;
  return buffer[at] === 0x7b || buffer[at] === 0xef;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** One look at a message, and what it need not look at again. */
class Scan {
  readonly buffer: Buffer;
  readonly isJson: boolean;
  /** What looks like a secret at first and is none, but has to be looked at. */
  lookalikesLeft: number;
  webTokenTo = 0;
  urlTo = 0;
  nextAt = -1;
  hasKeyMember: boolean | undefined;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.isJson = isJson(buffer);
    this.lookalikesLeft = 64 + buffer.length / 512;
  }

  finds(search: LiteralSearch<Look>): boolean {
    const has = search.some(this.buffer, (look, start, end) => look(this, start, end));
    return has || hasRandomRun(this.buffer);
  }
}

function secretSigns(): LiteralSearch<Look> {
  const sign = (look: Look, texts: readonly string[], anyCase = false) =>
    texts.map((text) => ({ name: look, text, anyCase }));
  return new LiteralSearch<Look>([
    ...bareForms().flatMap(({ sign: source, pattern }) => sign(looksLike(pattern), literalTexts(source))),
    ...sign(isWebToken, ['eyJ']),
    ...sign(isCredentials, literalTexts('basic(?: |\t|%20|\\\\t)'), true),
    ...sign(isNameOrScheme, ['bearer', 'token'], true),
    ...sign(always, literalTexts('----(?: )?begin(?: |\\+|%20)'), true),
    ...sign(always, ['Private-Lines:']),
    ...sign(isWebKey, ['kty']),
    ...sign(isUrlWithPassword, ['://', ':/\\', ':\\/', ':\\\\']),
    ...sign(isEscapedText, ['\\u00']),
    ...secretNameSigns().map(({ name: look, ...literal }) => ({
      ...literal,
      name: ({ buffer }: Scan, start: number, end: number) => look(buffer, start, end),
    })),
  ]);
}

const always: Look = () => true;

function looksLike(pattern: RegExp): Look {
  return (scan, start, end) => {
    // To look at each of many takes longer than to look for secrets.
    if (scan.lookalikesLeft-- < 0) return true;
    const from = pattern.sticky ? start : Math.max(0, start - lookBehind);
    pattern.lastIndex = 0;
    return pattern.test(scan.buffer.toString('latin1', from, end + lookAhead));
  };
}

const isWebToken: Look = (scan, start, end) => {
  if (start < scan.webTokenTo) return false;
  const { buffer } = scan;
  const dot = runEnd(buffer, end, wordOrDash);
  if (dot - end > longestHeader) return true;
  // What begins within it ends with it.
  scan.webTokenTo = dot;
  return dot - end >= 5 && /^(?:\.|%2E)[\w-]{4}/.test(buffer.toString('latin1', dot, dot + 7));
};

const isCredentials: Look = ({ buffer }, start, end) => {
  let at = end;
  for (let blank = 1; blank > 0; at += blank) blank = blankAt(buffer, at);
  const valueTo = runEnd(buffer, at, ofCredentials);
  const scheme = schemes.get(buffer[start + 1]! | 32)!;
  if (valueTo - at < (scheme === 'basic' ? shortestUser : shortestCredentials)) return false;
  return mayBeCredentials(scheme, buffer.toString('latin1', at, Math.min(valueTo, at + 5_000)));
};

const isNameOrScheme: Look = (scan, start, end) =>
  (blankAt(scan.buffer, end) > 0 && isCredentials(scan, start, end)) ||
  isNameOfValue(scan.buffer, start, end);

/** By their second letter. */
const schemes: ReadonlyMap<number, 'bearer' | 'basic' | 'token'> = new Map([
  [0x65, 'bearer'],
  [0x61, 'basic'],
  [0x6f, 'token'],
]);
/** `YTo=`, a user of one letter without a password; two bytes of it would do. */
const shortestUser = 3;
const shortestCredentials = 8;

/** How long the blank is that stands there, also an encoded or escaped one. */
function blankAt(buffer: Buffer, at: number): number {
  const byte = buffer[at];
  if (byte === 0x20 || byte === 0x09) return 1;
  if (byte === 0x25 && buffer[at + 1] === 0x32 && buffer[at + 2] === 0x30) return 3;
  return byte === 0x5c && buffer[at + 1] === 0x74 ? 2 : 0;
}

const jsonQuote = '\\\\{0,17}(?:["\'`]|u00(?:22|27|60))';
const keyMember = new RegExp(
  `(?:d|dp|dq|k|p|q|qi)(?:${jsonQuote})?(?:[ \\t]|\\\\t){0,4}:(?:[ \\t]|\\\\t){0,4}${jsonQuote}[\\w-]{16}`,
);

const isWebKey: Look = (scan) => (scan.hasKeyMember ??= keyMember.test(scan.buffer.toString('latin1')));

const isUrlWithPassword: Look = (scan, start) => {
  const { buffer } = scan;
  let begin = start + 1;
  let slashes = 0;
  for (; buffer[begin] === 0x5c || buffer[begin] === 0x2f; begin++) if (buffer[begin] === 0x2f) slashes++;
  if (slashes < 2) return false;
  if (scan.nextAt < begin && scan.nextAt < buffer.length) {
    const next = buffer.indexOf(0x40, begin);
    scan.nextAt = next < 0 ? buffer.length : next;
  }
  if (scan.nextAt === buffer.length) return false;
  if (begin >= scan.urlTo) scan.urlTo = runEnd(buffer, begin, ofUrl);
  if (scan.nextAt >= scan.urlTo) return false;
  const authorityTo = runEnd(buffer, begin, ofAuthority);
  const colon = buffer.subarray(begin, authorityTo).indexOf(0x3a);
  if (colon < 0) return scan.nextAt < authorityTo && scan.nextAt - begin >= 16;
  // A port, and no path that a password might be.
  const portTo = runEnd(buffer, begin + colon + 1, digits);
  return portTo < authorityTo || buffer[portTo] === 0x2f;
};

/** A letter, a digit or a mark that no encoder has to escape; those that some escape for HTML are in no secret. */
const isEscapedText: Look = ({ buffer, isJson }, _start, end) => {
  if (!isJson) return false;
  const code = Number.parseInt(buffer.toString('latin1', end, end + 2), 16);
  return code === 9 || (code >= 0x20 && code < 0x7f && !`"&'<>\``.includes(String.fromCharCode(code)));
};

/** Whether there is a run of Base64 that looks random, about as long as the secret keys of AWS. */
function hasRandomRun(buffer: Buffer): boolean {
  // From the last of 40 bytes backwards: what is no Base64 rules out all runs across it.
  for (let last = lengthOfKey - 1; last < buffer.length;) {
    let start = last;
    while (start > last - lengthOfKey && ofBase64[buffer[start]!] === 1) start--;
    if (start > last - lengthOfKey) {
      last = start + lengthOfKey;
      continue;
    }
    const end = runEnd(buffer, last, ofBase64);
    const length = end - start - 1;
    if (length <= longestRun && looksRandom(buffer.toString('latin1', start + 1, end))) return true;
    last = end + lengthOfKey;
  }
  return false;
}

const wordOrDash = byteClass(/[\w-]/);
const ofCredentials = byteClass(/[\w+/.~=-]/);
const ofBase64 = byteClass(/[A-Za-z0-9+/]/);
const digits = byteClass(/\d/);
// Bytes from 0x80 on are parts of characters.
const ofUrl = byteClass(/[^\x09-\x0d\x20"'`<>]/);
const ofAuthority = byteClass(/[^\x09-\x0d\x20"'`<>/?#]/);
