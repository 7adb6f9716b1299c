/** A piece of a line of Markdown. Nothing else can come out of a text, whatever it says. */
export type MarkdownInline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'break' }
  | { readonly type: 'strong' | 'emphasis' | 'struck'; readonly children: readonly MarkdownInline[] }
  /** `href` begins with `http:` or `https:`. */
  | { readonly type: 'link'; readonly href: string; readonly children: readonly MarkdownInline[] };

type Wrapping = 'strong' | 'emphasis' | 'struck';

interface Opener {
  readonly mark: string;
  /** Position of its placeholder among the pieces. */
  readonly at: number;
}

/** So many marks wait at once for what closes them; the outermost of more stay texts. This also bounds how deep pieces nest. */
const MOST_WAITING = 16;
const LONGEST_ADDRESS = 2_048;
const SPECIAL = /[\\`*_~![\]<\n]|https?:\/\//g;
/** What follows the text of a link: an address, with balanced brackets in it, and a title. */
const TARGET =
  /\(\s{0,4}<?([^\s()<>[\]]*(?:\([^\s()<>[\]]*\)[^\s()<>[\]]*)?)>?(?:\s{1,4}(?:"[^"\n[\]]*"|'[^'\n[\]]*'))?\s{0,4}\)/y;
const WRAPPINGS: Readonly<Record<string, Wrapping>> = {
  '*': 'emphasis',
  _: 'emphasis',
  '**': 'strong',
  __: 'strong',
  '~~': 'struck',
};

/**
 * Reads the Markdown of a paragraph: code, emphasis, links and line breaks; images are named, HTML is text. Takes time
 * proportional to the text.
 */
export function readInline(text: string): readonly MarkdownInline[] {
  SPECIAL.lastIndex = 0;
  if (!SPECIAL.test(text)) return text === '' ? [] : [{ type: 'text', text }];
  return new InlineReader(text).read();
}

/** An address that may be linked to; `undefined` for all others, and for what is none. */
export function linkTarget(address: string): string | undefined {
  if (address.length > LONGEST_ADDRESS || !/^https?:\/\//i.test(address)) return undefined;
  try {
    const url = new URL(address);
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
    // `https://bank.example@evil.example` is not what it looks like.
    return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the text of a link says where it leads. `https://bank.example` does not of `https://bank.example.evil.example/`. */
export function namesTarget(text: string, href: string): boolean {
  return href === text || href === `${text}/`;
}

class InlineReader {
  readonly #text: string;
  readonly #pieces: MarkdownInline[] = [];
  /** Marks and brackets that wait for what closes them, the innermost last. */
  readonly #openers: Opener[] = [];
  /** How many of each mark wait: what has none is not looked for. */
  readonly #waiting = new Map<string, number>();
  /** Where runs of so many backticks begin that lie ahead. */
  #codeEnds: ReadonlyMap<number, number[]> | undefined;
  #plainFrom = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly MarkdownInline[] {
    const text = this.#text;
    SPECIAL.lastIndex = 0;
    for (let at = this.#next(0); at !== -1; at = this.#next(at)) at = this.#special(at);
    this.#plain(text.length);
    return this.#pieces;
  }

  #next(from: number): number {
    SPECIAL.lastIndex = from;
    return SPECIAL.exec(this.#text)?.index ?? -1;
  }

  /** Takes what begins at a special character. @returns where to go on. */
  #special(at: number): number {
    const text = this.#text;
    switch (text[at]) {
      case '\\':
        return this.#escaped(at);
      case '`':
        return this.#code(at);
      case '\n':
        this.#plain(at);
        this.#push({ type: 'break' });
        return (this.#plainFrom = at + 1);
      case '[':
        this.#plain(at);
        this.#open('[', '[');
        return (this.#plainFrom = at + 1);
      case '!':
        if (text[at + 1] !== '[') return at + 1;
        this.#plain(at);
        this.#open('[', '![');
        return (this.#plainFrom = at + 2);
      case ']':
        return this.#link(at);
      case '<':
        return this.#autolink(at, at + 1, /[^\s<>]*/y, '>');
      case 'h':
        return this.#autolink(at, at, /[^\s<>"'`()[\]{}|\\^*]*/y, '');
      default:
        return this.#mark(at);
    }
  }

  #escaped(at: number): number {
    const escaped = this.#text[at + 1];
    if (escaped === undefined || !/[!-/:-@[-`{-~]/.test(escaped)) return at + 1;
    this.#plain(at);
    this.#plainFrom = at + 1;
    return at + 2;
  }

  #code(at: number): number {
    const length = runLength(this.#text, at);
    const ends = (this.#codeEnds ??= backtickRuns(this.#text)).get(length) ?? [];
    while (ends.length > 0 && ends.at(-1)! <= at) ends.pop();
    const end = ends.at(-1);
    if (end === undefined) return at + length;
    this.#plain(at);
    const code = this.#text.slice(at + length, end).replaceAll('\n', ' ');
    const isPadded = code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '';
    this.#push({ type: 'code', text: isPadded ? code.slice(1, -1) : code });
    return (this.#plainFrom = end + length);
  }

  /** Emphasis: what can close what waits does, what can open waits. */
  #mark(at: number): number {
    const text = this.#text;
    const character = text[at]!;
    const length = runLength(text, at);
    // `***both***` ends with what began last.
    const last = this.#openers.at(-1)?.mark;
    const mark = length === 3 && last === character ? last : text.slice(at, at + Math.min(length, 2));
    const beyond = at + mark.length;
    if (length > 3 || WRAPPINGS[mark] === undefined) return at + length;
    const before = text[at - 1] ?? ' ';
    const after = text[at + length] ?? ' ';
    // Beside a word `_` is part of a name: it opens nothing behind one and closes nothing in front of one.
    const isUnderscore = character === '_';
    const canClose = !isBlank(before) && !(isUnderscore && isWord(after));
    if (canClose && (this.#waiting.get(mark) ?? 0) > 0) {
      this.#plain(at);
      this.#wrap(mark);
      return (this.#plainFrom = beyond);
    }
    if (isBlank(after) || (isUnderscore && isWord(before))) return at + length;
    this.#plain(at);
    this.#open(mark, mark);
    return (this.#plainFrom = beyond);
  }

  #open(mark: string, shown: string): void {
    if (this.#openers.length === MOST_WAITING) this.#forget(this.#openers.shift()!);
    this.#openers.push({ mark, at: this.#pieces.length });
    this.#waiting.set(mark, (this.#waiting.get(mark) ?? 0) + 1);
    this.#push({ type: 'text', text: shown });
  }

  /** The innermost opener of a mark; those within it stay texts. */
  #closed(mark: string): Opener | undefined {
    if ((this.#waiting.get(mark) ?? 0) === 0) return undefined;
    for (let opener = this.#openers.pop(); opener !== undefined; opener = this.#openers.pop()) {
      this.#forget(opener);
      if (opener.mark === mark) return opener;
    }
    return undefined;
  }

  #forget({ mark }: Opener): void {
    this.#waiting.set(mark, this.#waiting.get(mark)! - 1);
  }

  #wrap(mark: string): void {
    const opener = this.#closed(mark)!;
    const children = this.#pieces.splice(opener.at + 1);
    if (children.length === 0) return this.#push({ type: 'text', text: mark });
    this.#pieces.pop();
    this.#push({ type: WRAPPINGS[mark]!, children });
  }

  #link(at: number): number {
    const opener = this.#closed('[');
    if (opener === undefined) return at + 1;
    this.#plain(at);
    TARGET.lastIndex = at + 1;
    const found = TARGET.exec(this.#text);
    if (found === null) {
      this.#push({ type: 'text', text: ']' });
      return (this.#plainFrom = at + 1);
    }
    const address = found[1]!;
    const isImage = (this.#pieces[opener.at] as { readonly text: string }).text === '![';
    const href = isImage ? undefined : linkTarget(address);
    const children = this.#pieces.splice(opener.at + 1);
    this.#pieces.pop();
    const isLink = href !== undefined && !children.some(({ type }) => type === 'link');
    if (isLink) {
      const shown = children.length > 0 ? children : [{ type: 'text' as const, text: address }];
      this.#push({ type: 'link', href, children: shown });
    } else {
      // What is not linked to, or an image, which is never loaded, is named.
      if (isImage) this.#push({ type: 'text', text: '[image: ' });
      for (const child of children) this.#push(child);
      this.#push({ type: 'text', text: isImage ? ` ${address}]` : ` (${address})` });
    }
    return (this.#plainFrom = at + 1 + found[0].length);
  }

  /** An address in the text, with or without angle brackets. */
  #autolink(at: number, from: number, form: RegExp, end: string): number {
    form.lastIndex = from;
    const told = form.exec(this.#text)![0];
    // A full stop or comma behind it belongs to the sentence.
    const address = end === '' ? told.replace(/[.,:;!?]{1,8}$/, '') : told;
    const beyond = from + address.length;
    const href = this.#text.startsWith(end, beyond) ? linkTarget(address) : undefined;
    if (href === undefined || (this.#waiting.get('[') ?? 0) > 0)
      return end === '' ? from + Math.max(1, address.length) : at + 1;
    this.#plain(at);
    this.#push({ type: 'link', href, children: [{ type: 'text', text: address }] });
    return (this.#plainFrom = beyond + end.length);
  }

  #plain(to: number): void {
    if (to > this.#plainFrom) this.#push({ type: 'text', text: this.#text.slice(this.#plainFrom, to) });
    this.#plainFrom = to;
  }

  #push(piece: MarkdownInline): void {
    this.#pieces.push(piece);
  }
}

function runLength(text: string, at: number): number {
  let end = at + 1;
  while (text[end] === text[at]) end++;
  return end - at;
}

/** Where runs of backticks begin, by their length, the last first. */
function backtickRuns(text: string): ReadonlyMap<number, number[]> {
  const runs = new Map<number, number[]>();
  for (let at = text.indexOf('`'); at !== -1;) {
    const length = runLength(text, at);
    const starts = runs.get(length) ?? [];
    starts.push(at);
    runs.set(length, starts);
    at = text.indexOf('`', at + length);
  }
  for (const starts of runs.values()) starts.reverse();
  return runs;
}

function isBlank(character: string): boolean {
  return /\s/.test(character);
}

function isWord(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}
