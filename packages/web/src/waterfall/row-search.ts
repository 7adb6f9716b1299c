import type { SpanTree } from '../tree/span-tree.ts';

/**
 * Finds the rows of a trace by what they say: names, labels, service, model, provider, tool, agent and the message of a
 * failure. Texts that many spans share are looked at once for each search.
 */
export class RowSearch {
  readonly #rowCount: number;
  readonly #texts: string[] = [];
  /** Pairs of a row and one of its texts. */
  readonly #rows: Int32Array;
  readonly #textOf: Int32Array;

  constructor(tree: SpanTree, services: readonly string[]) {
    const { spans } = tree;
    const known = new Map<string, number>();
    const rows: number[] = [];
    const textOf: number[] = [];
    const add = (row: number, text: string | null | undefined): void => {
      if (text === null || text === undefined || text === '') return;
      let index = known.get(text);
      if (index === undefined) {
        index = this.#texts.push(text.toLowerCase()) - 1;
        known.set(text, index);
      }
      rows.push(row);
      textOf.push(index);
    };
    const addSpan = (row: number, span: number): void => {
      add(row, spans.name[span]);
      add(row, spans.label[span]);
      add(row, spans.statusMessage[span]);
    };
    for (let row = 0; row < tree.rowCount; row++) {
      const outer = tree.outer[row] as number;
      const inner = tree.inner[row] as number;
      addSpan(row, inner);
      if (outer !== inner) addSpan(row, outer);
      add(row, services[spans.service[inner] as number]);
    }
    const { ai } = spans;
    for (let index = 0; index < ai.span.length; index++) {
      const row = tree.rowOfSpan[ai.span[index] as number] as number;
      for (const column of [ai.model, ai.provider, ai.tool, ai.agent]) add(row, column[index]);
    }
    this.#rowCount = tree.rowCount;
    this.#rows = Int32Array.from(rows);
    this.#textOf = Int32Array.from(textOf);
  }

  /** The rows that hold `text` somewhere, upper and lower case alike, in order. None for a text of spaces. */
  find(text: string): Int32Array {
    const wanted = text.trim().toLowerCase();
    if (wanted === '') return new Int32Array();
    const holds = new Uint8Array(this.#texts.length);
    this.#texts.forEach((candidate, index) => {
      if (candidate.includes(wanted)) holds[index] = 1;
    });
    const isFound = new Uint8Array(this.#rowCount);
    for (let pair = 0; pair < this.#rows.length; pair++) {
      if (holds[this.#textOf[pair] as number] === 1) isFound[this.#rows[pair] as number] = 1;
    }
    const found = new Int32Array(this.#rowCount);
    let count = 0;
    for (let row = 0; row < this.#rowCount; row++) if (isFound[row] === 1) found[count++] = row;
    return found.slice(0, count);
  }
}
