import { readInline } from './markdown-inline.ts';
import type { MarkdownInline } from './markdown-inline.ts';

export type CellAlign = 'left' | 'right' | 'center';

/** A block of Markdown. Nothing else can come out of a text, whatever it says. */
export type MarkdownBlock =
  | { readonly type: 'paragraph'; readonly children: readonly MarkdownInline[] }
  /** `level`: 1–6. */
  | { readonly type: 'heading'; readonly level: number; readonly children: readonly MarkdownInline[] }
  /** `language`: as it was told; empty without one. */
  | { readonly type: 'code'; readonly language: string; readonly text: string }
  | { readonly type: 'quote'; readonly children: readonly MarkdownBlock[] }
  | {
      readonly type: 'list';
      /** Of the first item; `undefined` for a list without numbers. */
      readonly start: number | undefined;
      readonly items: readonly (readonly MarkdownBlock[])[];
    }
  | {
      readonly type: 'table';
      readonly aligns: readonly CellAlign[];
      readonly head: readonly (readonly MarkdownInline[])[];
      readonly rows: readonly (readonly (readonly MarkdownInline[])[])[];
    }
  | { readonly type: 'rule' };

/** Lists and quotes that are nested deeper are texts. */
const DEEPEST = 8;
const MOST_COLUMNS = 64;

const FENCE = /^ {0,3}(`{3,}|~{3,}) {0,4}([^\s`]{0,40})[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})(?:\s(.*))?$/s;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])(?:( {1,4})(?=\S)|\s+(?=\S)|\s*$)/;
/** Without its blanks, what stands between the head of a table and its rows. */
const DELIMITERS = /^\|?:?-+:?(?:\|:?-+:?)*\|?$/;

/**
 * Reads Markdown: headings, paragraphs, lists, quotes, code, tables and rules. HTML is text. Takes time proportional to the
 * text, never throws, and knows nothing of the page.
 */
export function readMarkdown(text: string): readonly MarkdownBlock[] {
  return readBlocks(text.replaceAll(/\r\n?/g, '\n').replaceAll('\t', '    ').split('\n'), 0);
}

function readBlocks(lines: readonly string[], depth: number): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) blocks.push({ type: 'paragraph', children: readInline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    const taken = blockAt(lines, at, depth, paragraph.length > 0);
    if (taken !== undefined) {
      endParagraph();
      blocks.push(taken.block);
      at = taken.next;
      continue;
    }
    if (line.trim() === '') endParagraph();
    else paragraph.push(line.trim());
    at++;
  }
  endParagraph();
  return blocks;
}

interface Taken {
  readonly block: MarkdownBlock;
  readonly next: number;
}

function blockAt(
  lines: readonly string[],
  at: number,
  depth: number,
  isInParagraph: boolean,
): Taken | undefined {
  const line = lines[at]!;
  const heading = HEADING.exec(line);
  if (heading !== null) {
    const children = readInline((heading[2] ?? '').replace(/\s#+\s*$/, '').trim());
    return { block: { type: 'heading', level: heading[1]!.length, children }, next: at + 1 };
  }
  const fence = FENCE.exec(line);
  if (fence !== null) return fenced(lines, at, fence);
  if (RULE.test(line)) return { block: { type: 'rule' }, next: at + 1 };
  if (line.includes('|') && !isInParagraph && DELIMITERS.test((lines[at + 1] ?? '').replaceAll(' ', '')))
    return table(lines, at);
  if (depth >= DEEPEST) return undefined;
  if (QUOTE.test(line)) return quote(lines, at, depth);
  const item = ITEM.exec(line);
  // A number begins a list within a paragraph only when it is the first: "… in the year\n1999. Since …"
  const isItem =
    item !== null &&
    (!isInParagraph || (item[0].trim().length < line.trim().length && !/^0*(?:[2-9]|\d\d)/.test(item[2]!)));
  return isItem ? list(lines, at, depth) : undefined;
}

function fenced(lines: readonly string[], at: number, [, fence = '', language = '']: RegExpExecArray): Taken {
  const indent = /^ */.exec(lines[at]!)![0].length;
  let end = at + 1;
  const isEnd = (line: string): boolean => {
    const told = line.trim();
    return told.length >= fence.length && told === fence[0]!.repeat(told.length);
  };
  while (end < lines.length && !isEnd(lines[end]!)) end++;
  const text = lines
    .slice(at + 1, end)
    .map((line) => withoutIndent(line, indent))
    .join('\n');
  return { block: { type: 'code', language, text }, next: end + 1 };
}

function quote(lines: readonly string[], at: number, depth: number): Taken {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end]!)) end++;
  const within = lines.slice(at, end).map((line) => line.replace(QUOTE, ''));
  return { block: { type: 'quote', children: readBlocks(within, depth + 1) }, next: end };
}

function list(lines: readonly string[], from: number, depth: number): Taken {
  const first = ITEM.exec(lines[from]!)!;
  const kind = first[2]!.at(-1)!;
  const items: string[][] = [];
  let indent = 0;
  let at = from;
  for (; at < lines.length; at++) {
    const line = lines[at]!;
    const item = ITEM.exec(line);
    const leading = line.length - line.trimStart().length;
    const isWithin = items.length > 0 && leading >= indent;
    if (!isWithin && item !== null && item[2]!.at(-1) === kind && !RULE.test(line)) {
      indent = item[1]!.length + item[2]!.length + (item[3]?.length ?? 1);
      items.push([line.slice(item[0].length)]);
    } else if (line.trim() === '') {
      // Whether the list goes on beyond an empty line says the next one.
      if (!goesOn(lines[at + 1], indent, kind)) break;
      items.at(-1)!.push('');
    } else if (isWithin) items.at(-1)!.push(withoutIndent(line, indent));
    // A line that goes on without being indented.
    else if (
      lines[at - 1]!.trim() !== '' &&
      blockAt([line], 0, DEEPEST, true) === undefined &&
      item === null &&
      !QUOTE.test(line)
    )
      items.at(-1)!.push(line.trim());
    else break;
  }
  const start = kind === '.' || kind === ')' ? Number.parseInt(first[2]!, 10) : undefined;
  return {
    block: { type: 'list', start, items: items.map((item) => readBlocks(item, depth + 1)) },
    next: at,
  };
}

function goesOn(line: string | undefined, indent: number, kind: string): boolean {
  if (line === undefined || line.trim() === '') return false;
  return line.length - line.trimStart().length >= indent || ITEM.exec(line)?.[2]!.at(-1) === kind;
}

function table(lines: readonly string[], at: number): Taken | undefined {
  const head = cellsOf(lines[at]!);
  const aligns = cellsOf(lines[at + 1]!).map(alignOf);
  if (head.length !== aligns.length) return undefined;
  let end = at + 2;
  while (end < lines.length && lines[end]!.includes('|') && lines[end]!.trim() !== '') end++;
  const rows = lines
    .slice(at + 2, end)
    // A row that is shorter than the head stays so: there are never more cells than letters.
    .map((line) => cellsOf(line).slice(0, head.length).map(readInline));
  return { block: { type: 'table', aligns, head: head.map(readInline), rows }, next: end };
}

/** Cells of a row; `\|` is none of its ends. */
function cellsOf(line: string): readonly string[] {
  const told = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return told.split(/(?<!\\)\|/, MOST_COLUMNS).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function alignOf(delimiter: string): CellAlign {
  if (!delimiter.endsWith(':')) return 'left';
  return delimiter.startsWith(':') ? 'center' : 'right';
}

function withoutIndent(line: string, indent: number): string {
  const leading = line.length - line.trimStart().length;
  return line.slice(Math.min(indent, leading));
}
