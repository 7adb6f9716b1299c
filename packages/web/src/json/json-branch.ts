import type { AttributeJson } from '@tta/obs-protocol';

/** A list or an object that is open, with those of its children that are open as well. */
export class JsonBranch {
  /** Of an object; `undefined` for a list. */
  readonly keys: readonly string[] | undefined;
  readonly childCount: number;
  /** Rows below its own: its children, and all that is open within them. */
  rowsBelow: number;
  readonly #value: AttributeJson;
  readonly #open = new Map<number, JsonBranch>();
  #order: { readonly positions: readonly number[]; readonly starts: readonly number[] } | undefined;

  constructor(value: AttributeJson) {
    this.#value = value;
    this.keys = Array.isArray(value) ? undefined : Object.keys(value as object);
    this.childCount = this.keys?.length ?? (value as readonly AttributeJson[]).length;
    this.rowsBelow = this.childCount;
  }

  child(position: number): AttributeJson {
    const key = this.keys?.[position] ?? position;
    return (this.#value as Readonly<Record<string | number, AttributeJson>>)[key] as AttributeJson;
  }

  openChild(position: number): JsonBranch | undefined {
    return this.#open.get(position);
  }

  /** The children that are open, by their positions. */
  openChildren(): Iterable<readonly [position: number, branch: JsonBranch]> {
    return this.#open;
  }

  /** Takes a child in or, without one, out; the rows of this branch alone are counted anew. */
  setOpenChild(position: number, branch: JsonBranch | undefined): void {
    this.rowsBelow += (branch?.rowsBelow ?? 0) - (this.#open.get(position)?.rowsBelow ?? 0);
    if (branch === undefined) this.#open.delete(position);
    else this.#open.set(position, branch);
    this.#order = undefined;
  }

  /** Something within the child was opened or closed. */
  grow(rows: number): void {
    this.rowsBelow += rows;
    this.#order = undefined;
  }

  /** The child on a row below this branch, and how many rows further down than the child's own it is. */
  childAt(row: number): { readonly position: number; readonly beyond: number } {
    const { positions, starts } = this.#ordered();
    let low = 0;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] as number) <= row) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return { position: row, beyond: 0 };
    const position = positions[low - 1] as number;
    const beyond = row - (starts[low - 1] as number);
    const { rowsBelow } = this.#open.get(position) as JsonBranch;
    return beyond <= rowsBelow
      ? { position, beyond }
      : { position: position + beyond - rowsBelow, beyond: 0 };
  }

  /** The row below this branch on which a child stands. */
  rowOf(position: number): number {
    let row = position;
    const { positions } = this.#ordered();
    for (const open of positions) {
      if (open >= position) break;
      row += (this.#open.get(open) as JsonBranch).rowsBelow;
    }
    return row;
  }

  #ordered() {
    if (this.#order === undefined) {
      const positions = [...this.#open.keys()].sort((a, b) => a - b);
      let rows = 0;
      const starts = positions.map((position) => {
        const start = position + rows;
        rows += (this.#open.get(position) as JsonBranch).rowsBelow;
        return start;
      });
      this.#order = { positions, starts };
    }
    return this.#order;
  }
}
