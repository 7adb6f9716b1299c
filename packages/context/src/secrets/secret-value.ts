/**
 * How far values of each form were looked through. A name inside a value may have a value of another form that goes
 * further; one of the same form ends no later, and to look for its end again and again would take quadratic time.
 */
interface Seen {
  blockTo: number;
  bracketTo: number;
  /** Where quotes are not in pairs, what stands inside may end later: it is looked for too, but not often. */
  bracketsLeft: number;
  lineTo: number;
  linesLeft: number;
  wordTo: number;
}

export function nothingSeen(): Seen {
  return { blockTo: 0, bracketTo: 0, bracketsLeft: 0, lineTo: 0, linesLeft: 0, wordTo: 0 };
}

const mostLooks = 16;

/** Where a value starts, and the place behind its last character; the same place where there is none. */
type ValueSpan = readonly [start: number, end: number];

/** The source of an expression for the end of a line, also as JSON spells it. */
export const lineEnd = String.raw`(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)`;
const anyLineEnd = new RegExp(lineEnd, 'g');
const thisLineEnd = new RegExp(lineEnd, 'y');
const gap = /[=:>]{0,2}(?:[ \t]|\\{1,8}t){0,64}/y;
/** The block scalars of YAML: `|`, `>-`, `|2`. */
const blockMark = new RegExp(`[|>][+-]?\\d?[ \\t]{0,16}(?=${lineEnd})`, 'y');
const indentation = /[ \t]{0,64}/y;
/** What may stand before a value: a tag or an anchor of YAML, a type, `Some(`, `b'`. */
const prefix =
  /!{1,2}[\w:/.-]{0,64}[ \t]{1,16}|&[\w-]{1,64}[ \t]{1,16}(?=[^\s])|string\(\d{1,6}\)[ \t]{1,16}(?=")|[\w.:]{1,32}\((?=\\{0,16}["'`])|(?:[bfru]{1,2}|[@L])(?=\\{0,16}["'`])/iy;
const opening = /(\\{0,16})(["'`])(?:\1\2\1\2)?/y;
/** Quotes, `&`, `;` and `<` may be part of a password; they end a value where a string, a field or an element ends. */
const unquoted =
  /(?:[^\s"'`&;<]|["'`](?![\s,;:)\]}>\\]|$)|[&;](?!(?:amp;)?[\w.%[\]-]{1,64}=)|<(?!\/?[a-z][\w:-]{0,64}\/?>))+/iy;
const trailing = /[\s\\)\]}>,;.!?:]+$/;
const oneWordLine = new RegExp(`[^\\s:=]{1,256}(?=[ \\t]{0,64}(?:$|${lineEnd}))`, 'y');
/** What was redacted before, unless more of a value follows. */
const done = /\[redacted:[a-z\d-]{1,64}\](?!\w)/y;
const mark = '[redacted:';

/**
 * From where to where the value goes that follows a name.
 *
 * @param nameAt - Where the name starts.
 * @param at - The place behind the separator.
 * @param isLine - Whether the value is all that stands in the line, as that of a header is.
 */
export function secretValue(
  text: string,
  nameAt: number,
  at: number,
  isLine: boolean,
  seen: Seen,
): ValueSpan {
  const start = past(gap, text, at);
  const blockAt = past(blockMark, text, start);
  if (blockAt > start) return markedBlock(text, indentOf(text, nameAt) ?? 0, blockAt, seen);
  const nextLine = past(thisLineEnd, text, start);
  return nextLine > start ? valueBelow(text, nameAt, start, seen) : valueAt(text, start, isLine, seen);
}

/**
 * The value of an element, `<password>x</password>`, up to the next element; of one that nobody closes a word, as
 * `<password>` in prose is a place to fill in.
 */
export function elementValue(text: string, start: number): ValueSpan {
  const isData = text.startsWith('<![CDATA[', start);
  const close = isData ? text.indexOf(']]>', start) : text.indexOf('<', start);
  const end = close < 0 ? text.length : close;
  if (isData) return [start + 9, end];
  return [
    start,
    /^<\\{0,8}\//.test(text.slice(close, close + 10)) && close >= 0 ? end : past(openWord, text, start),
  ];
}

const openWord = /(?![,;:.)\]}"'`])[^\s<]+/y;

function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function valueAt(text: string, start: number, isLine: boolean, seen: Seen): ValueSpan {
  const inner = past(prefix, text, start);
  opening.lastIndex = inner;
  const quote = opening.exec(text);
  if (quote !== null) return quoted(text, start, inner, quote, seen);
  if (past(done, text, start) > start) return [start, start];
  const first = text[start];
  // A mark is no list.
  if ((first === '{' || first === '[') && !text.startsWith(mark, start)) {
    return brackets(text, start, seen);
  }
  if (isLine) return line(text, start, seen);
  return inner > start ? [start, word(text, inner, seen)[1]] : word(text, start, seen);
}

function brackets(text: string, start: number, seen: Seen): ValueSpan {
  if (start >= seen.bracketTo) seen.bracketsLeft = mostLooks;
  // Within what was looked through already: all of it is taken for secret.
  if (seen.bracketsLeft-- <= 0) return [start, seen.bracketTo];
  const end = aboveStack(text, start, closingBracket(text, start));
  seen.bracketTo = Math.max(seen.bracketTo, end);
  return [start, isWordCharacter(text[end]) ? word(text, end, seen)[1] : end];
}

function quoted(text: string, start: number, inner: number, quote: RegExpExecArray, seen: Seen): ValueSpan {
  const [whole, escapes = '', character = '"'] = quote;
  const inside = inner + whole.length;
  const begin = inner > start ? start : inside;
  if (whole.length > escapes.length + 1) {
    const close = text.indexOf(whole, inside);
    return [begin, aboveStack(text, begin, close < 0 ? text.length : close)];
  }
  const end = aboveStack(text, inside, closingQuote(text, inside, character, escapes.length));
  // `""x` is no empty value.
  const behind = end + whole.length;
  return end === inside && isWordCharacter(text[behind]) ? word(text, behind, seen) : [begin, end];
}

/** A bracket or a quote that nobody closes, as in the message of a parser, does not reach into the stack below. */
function aboveStack(text: string, start: number, end: number): number {
  const stack = text.slice(start, end).search(/\n {4}at /);
  return stack < 0 ? end : start + stack;
}

function word(text: string, start: number, seen: Seen): ValueSpan {
  if (start < seen.wordTo) return [start, start];
  seen.wordTo = past(unquoted, text, start);
  return [start, text[start] === '$' ? seen.wordTo : withoutTrailing(text, start, seen.wordTo)];
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\w$@#!%^*]/.test(character);
}

/** A value that starts in the line below its name: in quotes or brackets, further in, or a word alone. */
function valueBelow(text: string, nameAt: number, at: number, seen: Seen): ValueSpan {
  const below = past(thisLineEnd, text, at);
  const start = past(indentation, text, below);
  const isMark = text.startsWith(mark, start);
  if (isMark || /["'`{[]/.test(text[start] ?? '')) return valueAt(text, start, false, seen);
  const indent = indentOf(text, nameAt);
  if (indent !== undefined && isFurtherIn(text, start, start - below, indent))
    return block(text, indent, at, seen);
  return past(oneWordLine, text, start) > start ? word(text, start, seen) : [start, start];
}

const lineStart = /(?:^|\n|\\n)([ \t]*(?:-[ \t]+)*)["']?$/;

/** How far a line is indented that starts with the name; `undefined` where something else stands before it. */
function indentOf(text: string, nameAt: number): number | undefined {
  return lineStart.exec(text.slice(Math.max(0, nameAt - 64), nameAt))?.[1]?.length;
}

function isFurtherIn(text: string, start: number, indent: number, than: number): boolean {
  return indent > than || (indent === than && text.startsWith('- ', start));
}

/** The first line tells how far a block is indented, also where the name is no less so. */
function markedBlock(text: string, indent: number, at: number, seen: Seen): ValueSpan {
  const below = past(thisLineEnd, text, at);
  const first = past(indentation, text, below) - below;
  return block(text, Math.max(0, Math.min(indent, first - 1)), at, seen);
}

/** The lines below that are indented further. @param at - The end of the line above. */
function block(text: string, indent: number, at: number, seen: Seen): ValueSpan {
  if (at < seen.blockTo) return [at, at];
  let start = -1;
  let end = at;
  while (end < text.length) {
    const below = past(thisLineEnd, text, end);
    const first = past(indentation, text, below);
    const isBlank = first >= text.length || past(thisLineEnd, text, first) > first;
    if (!isBlank && !isFurtherIn(text, first, first - below, indent)) break;
    if (!isBlank && start < 0) start = first;
    anyLineEnd.lastIndex = first;
    end = anyLineEnd.exec(text)?.index ?? text.length;
  }
  seen.blockTo = end;
  while (end > start && /[ \t]/.test(text[end - 1] ?? '')) end--;
  return start < 0 || past(done, text, start) > start ? [at, at] : [start, end];
}

/** Where a word ends without the punctuation behind it. */
function withoutTrailing(text: string, start: number, end: number): number {
  const tail = trailing.exec(text.slice(Math.max(start, end - 16), end))?.[0].length ?? 0;
  return end - Math.min(tail, Math.max(end - start - 1, 0));
}

/**
 * The value of a header. A quote ends it where none is open and nothing of a header follows: it is that of the string
 * which the header stands in.
 */
function line(text: string, start: number, seen: Seen): ValueSpan {
  if (start >= seen.lineTo) {
    anyLineEnd.lastIndex = start;
    seen.lineTo = anyLineEnd.exec(text)?.index ?? text.length;
    seen.linesLeft = mostLooks;
  }
  // Nobody looks again for the end of each: the rest of the line is taken for secret.
  if (seen.linesLeft-- <= 0) return [start, seen.lineTo];
  let open = '';
  let end = start;
  for (; end < seen.lineTo; end++) {
    const character = text[end] ?? '';
    if (character !== '"' && character !== "'" && character !== '`') continue;
    if (open === character) open = '';
    else if (open === '') {
      const isLast = end + 1 >= seen.lineTo || /[\s,)\]}]/.test(text[end + 1] ?? '');
      if (isLast && text[end - 1] !== '=') break;
      open = character;
    }
  }
  return [start, withoutTrailing(text, start, end)];
}

/** JSON in JSON has its quotes escaped as often as the opening one was. An open quote ends with its line. */
export function closingQuote(text: string, from: number, quote: string, escapes: number): number {
  const close = nextQuote(text, from, quote, escapes);
  if (close >= 0) return close;
  const line = text.indexOf('\n', from);
  return line < 0 ? text.length : line;
}

function nextQuote(text: string, from: number, quote: string, escapes: number): number {
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
  return -1;
}

/** Brackets in strings do not count. */
function closingBracket(text: string, from: number): number {
  let depth = 0;
  let backslashes = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') {
      backslashes++;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return at + 1;
    } else if (character === '"' || ((character === "'" || character === '`') && opensString(text[at - 1]))) {
      const close = nextQuote(text, at + 1, character, backslashes);
      if (close < 0) return text.length;
      at = close + backslashes;
    }
    backslashes = 0;
  }
  return text.length;
}

/** An apostrophe stands in a word. */
function opensString(before: string | undefined): boolean {
  return before === undefined || !/[\w.]/.test(before);
}
