import { textChunks, type TraceSource } from './text-chunks.ts';
import type { TraceProblem } from './trace-problem.ts';

/** A part of a JSON document as text. */
export interface JsonElement {
  /** Where in its list it stands, from 0. */
  readonly index: number;
  readonly text: string;
}

/** Which lists of a document are read. */
export interface ElementsOptions {
  /** The members of the document that hold the list. A document that is a list itself is read as well. */
  readonly lists: readonly string[];
  /** What an element is, for problems: `span`. */
  readonly name: string;
  /** In characters; longer elements are left out. */
  readonly limitLength: number;
}

const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;

/**
 * The elements of the list in a JSON document, one after the other, without holding more than one of them: cut
 * out by their brackets, not parsed. A document without such a list is an element itself. Where the document
 * breaks off, what came before is good.
 */
export async function* jsonElements(
  source: TraceSource,
  options: ElementsOptions,
): AsyncGenerator<JsonElement | TraceProblem> {
  const splitter = new ElementSplitter(options);
  for await (const chunk of textChunks(source)) {
    yield* splitter.push(chunk);
    if (splitter.isDone) return;
  }
  yield* splitter.end();
}

/** What lies before the list is held until the list has been found; then each element until its end. */
class ElementSplitter {
  /** Nothing more is to be had. */
  isDone = false;
  readonly #options: ElementsOptions;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  /** How deep the list lies; 0 while it has not been found. */
  #listDepth = 0;
  #isListOver = false;
  #isOver = false;
  #pending = '';
  #isTooLong = false;
  #index = 0;
  /** While the list has not been found: where the last text at the first level begins and ends in `#pending`. */
  #textStart = 0;
  #lastText = '';

  constructor(options: ElementsOptions) {
    this.#options = options;
  }

  *push(chunk: string): Generator<JsonElement | TraceProblem> {
    /** From here the chunk has not been kept. */
    let start = 0;
    let nextQuote = -1;
    let nextBackslash = -1;
    for (let at = 0; at < chunk.length && !this.#isOver; at++) {
      const code = chunk.charCodeAt(at);
      if (this.#isInText) {
        if (this.#isEscaped) {
          this.#isEscaped = false;
          continue;
        }
        // Most of a document is text.
        if (nextQuote < at) nextQuote = indexOf(chunk, '"', at);
        if (nextBackslash < at) nextBackslash = indexOf(chunk, '\\', at);
        at = Math.min(nextQuote, nextBackslash);
        if (at === nextBackslash) {
          this.#isEscaped = at < chunk.length;
        } else {
          this.#isInText = false;
          if (this.#isBeforeList && this.#depth === 1) {
            this.#keep(chunk.slice(start, at));
            start = at;
            this.#lastText = this.#pending.slice(this.#textStart);
          }
        }
      } else if (code === quote) {
        this.#isInText = true;
        if (this.#isBeforeList && this.#depth === 1) {
          this.#keep(chunk.slice(start, at + 1));
          start = at + 1;
          this.#textStart = this.#pending.length;
        }
      } else if (code === openBrace || code === openBracket) {
        if (this.#isBeforeList && code === openBracket && this.#opensList()) {
          this.#listDepth = this.#depth + 1;
          this.#forget();
          start = at + 1;
        }
        this.#depth++;
      } else if (code === closeBrace || code === closeBracket) {
        if (this.#isInList && this.#depth === this.#listDepth) {
          this.#keep(chunk.slice(start, at));
          start = at + 1;
          yield* this.#element();
          this.#isListOver = true;
        }
        if (--this.#depth <= 0) {
          this.#keep(chunk.slice(start, at + 1));
          if (this.#isBeforeList) yield* this.#element();
          start = at + 1;
          this.#isOver = true;
        }
      } else if (code === comma && this.#isInList && this.#depth === this.#listDepth) {
        this.#keep(chunk.slice(start, at));
        start = at + 1;
        yield* this.#element();
      }
    }
    if (this.#isOver) {
      yield* this.#afterwards(chunk.slice(start));
    } else {
      this.#keep(chunk.slice(start));
      if (this.#isTooLong && this.#isBeforeList) {
        this.isDone = true;
        yield this.#tooLong('the document');
      }
    }
  }

  *end(): Generator<TraceProblem> {
    if (this.#isOver) return;
    const { name } = this.#options;
    const where = this.#isBeforeList ? 'before its list begins' : `at ${name} ${this.#index}`;
    const message = `the document breaks off ${where}; for the rest, get the whole of it`;
    yield { problem: 'incomplete', message };
  }

  get #isBeforeList(): boolean {
    return this.#listDepth === 0;
  }

  get #isInList(): boolean {
    return this.#listDepth > 0 && !this.#isListOver;
  }

  /** At the start of the document, or as the value of one of the members. */
  #opensList(): boolean {
    if (this.#depth === 0) return true;
    return this.#depth === 1 && this.#options.lists.includes(this.#lastText);
  }

  #keep(text: string): void {
    if (this.#isListOver) return;
    if (this.#pending.length + text.length > this.#options.limitLength) this.#isTooLong = true;
    this.#pending = this.#isTooLong ? '' : this.#pending + text;
  }

  #forget(): void {
    this.#pending = '';
    this.#isTooLong = false;
  }

  *#element(): Generator<JsonElement | TraceProblem> {
    const text = this.#pending.trim();
    const index = this.#index;
    if (this.#isTooLong) yield this.#tooLong(`${this.#options.name} ${index}`);
    // Empty lists hold nothing.
    else if (text !== '') yield { index, text };
    this.#index++;
    this.#forget();
  }

  *#afterwards(text: string): Generator<TraceProblem> {
    if (text.trim() === '') return;
    this.isDone = true;
    yield {
      problem: 'incomplete',
      message: 'text after the end of the document was left out; import it by itself',
    };
  }

  #tooLong(what: string): TraceProblem {
    return {
      problem: 'invalid',
      message: `${what} was left out: it is longer than ${this.#options.limitLength} characters; raise limitLength`,
    };
  }
}

function indexOf(text: string, part: string, from: number): number {
  const index = text.indexOf(part, from);
  return index === -1 ? text.length : index;
}
