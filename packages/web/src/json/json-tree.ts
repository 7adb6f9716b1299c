import type { AttributeJson } from '@tta/obs-protocol';
import { JsonBranch } from './json-branch.ts';
import { JsonSearch } from './json-search.ts';
import type { JsonPath } from './json-search.ts';
import { isNested } from './json-value.ts';

export type JsonKind = 'object' | 'list' | 'text' | 'number' | 'boolean' | 'null';

/** A value that is on the screen. */
export interface JsonRow {
  readonly path: JsonPath;
  /** Of a member its name, of an item its number from 0, of the root nothing. */
  readonly key: string | number | undefined;
  readonly value: AttributeJson;
  readonly kind: JsonKind;
  /** Of an object or a list, and of an open text with JSON in it. */
  readonly childCount: number;
  readonly canOpen: boolean;
  readonly isOpen: boolean;
  /** Among how many it stands. */
  readonly siblingCount: number;
}

/** More open lists and objects than this at once are of no use to anybody. */
const MOST_OPENED = 20_000;
/**
 * A JSON value as a tree of which a part is open. What it costs grows with what was opened, not with the value: a list of a
 * million numbers opens at once, and a row is looked for only when it is drawn.
 */
export class JsonTree {
  readonly #root: AttributeJson;
  #open: JsonBranch | undefined;

  /** @param root - Its own row is open, where it can be. */
  constructor(root: AttributeJson) {
    this.#root = root;
    this.#open = branchOf(root);
  }

  get rowCount(): number {
    return 1 + (this.#open?.rowsBelow ?? 0);
  }

  /** @param index - From 0 up to {@link rowCount}. */
  row(index: number): JsonRow {
    if (index === 0 || this.#open === undefined) return this.#describe([]);
    const path: number[] = [];
    let branch = this.#open;
    let below = index - 1;
    for (;;) {
      const { position, beyond } = branch.childAt(below);
      path.push(position);
      if (beyond === 0) return this.#describe(path);
      branch = branch.openChild(position) as JsonBranch;
      below = beyond - 1;
    }
  }

  /** The row of a value; -1 when it is inside a closed one, or there is none. */
  indexOf(path: JsonPath): number {
    let index = 0;
    let branch = this.#open;
    for (const position of path) {
      if (branch === undefined || position >= branch.childCount) return -1;
      index += 1 + branch.rowOf(position);
      branch = branch.openChild(position);
    }
    return index;
  }

  /** Opens a list, an object or a text with JSON in it. Returns whether that is possible. */
  open(path: JsonPath): boolean {
    const branches = this.#branchesTo(path);
    if (branches === undefined) return false;
    const parent = branches.at(-1);
    const position = path.at(-1);
    if (parent === undefined || position === undefined) {
      this.#open ??= branchOf(this.#root);
      return this.#open !== undefined;
    }
    if (parent.openChild(position) !== undefined) return true;
    const branch = branchOf(parent.child(position));
    if (branch === undefined) return false;
    parent.setOpenChild(position, branch);
    for (const above of branches.slice(0, -1)) above.grow(branch.rowsBelow);
    return true;
  }

  close(path: JsonPath): void {
    const branches = this.#branchesTo(path);
    const parent = branches?.at(-1);
    const position = path.at(-1);
    if (position === undefined) this.#open = undefined;
    if (branches === undefined || parent === undefined || position === undefined) return;
    const rows = parent.openChild(position)?.rowsBelow ?? 0;
    parent.setOpenChild(position, undefined);
    for (const above of branches.slice(0, -1)) above.grow(-rows);
  }

  /** Opens what a value is inside of. Returns its row. */
  reveal(path: JsonPath): number {
    if (path.length > 0) this.open([]);
    let branch = this.#open;
    for (let depth = 1; depth < path.length && branch !== undefined; depth++) {
      const position = path[depth - 1] as number;
      // Each is opened from the root: what is open already is not walked to again.
      if (branch.openChild(position) === undefined) this.open(path.slice(0, depth));
      branch = branch.openChild(position);
    }
    return this.indexOf(path);
  }

  /** Opens all lists and objects, from above, up to 20,000 of them. Returns whether those were all. */
  openAll(): boolean {
    this.#open = branchOf(this.#root);
    // Children come after their parents: from the end, each is whole when its parent takes it in.
    const opened: { readonly branch: JsonBranch; readonly parent?: JsonBranch; readonly position: number }[] =
      this.#open === undefined ? [] : [{ branch: this.#open, position: 0 }];
    let isAll = true;
    for (let at = 0; at < opened.length && isAll; at++) {
      const { branch: parent } = opened[at] as (typeof opened)[number];
      for (let position = 0; position < parent.childCount; position++) {
        const value = parent.child(position);
        const branch = typeof value === 'object' && value !== null ? new JsonBranch(value) : undefined;
        if (branch === undefined || branch.childCount === 0) continue;
        if (opened.length === MOST_OPENED) {
          isAll = false;
          break;
        }
        opened.push({ branch, parent, position });
      }
    }
    for (const { branch, parent, position } of opened.toReversed()) parent?.setOpenChild(position, branch);
    return isAll;
  }

  /** Opens lists and objects, from above, as long as all that is open has no more rows than these. */
  openUpTo(rows: number): void {
    const waiting: JsonPath[] = [[]];
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const { value, childCount, isOpen } = this.#describe(path);
      if (typeof value === 'string' || childCount === 0) continue;
      if (!isOpen && this.rowCount + childCount > rows) continue;
      this.open(path);
      if (childCount > rows) continue;
      for (let position = 0; position < childCount; position++) waiting.push([...path, position]);
    }
  }

  /** Opens what is open in another tree, and nothing else: by the names of members and the numbers of items. */
  openLike(before: JsonTree): void {
    this.#open = before.#open === undefined ? undefined : branchOf(this.#root);
    if (before.#open === undefined || this.#open === undefined) return;
    const pending = [{ was: before.#open, is: this.#open, path: [] as JsonPath }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { was, is, path } = next;
      const places = new Map<string | number, number>(is.keys?.map((key, position) => [key, position]));
      for (const [position, branch] of was.openChildren()) {
        const place = is.keys === undefined ? position : places.get(was.keys?.[position] ?? position);
        if (place === undefined || place >= is.childCount || !this.open([...path, place])) continue;
        pending.push({ was: branch, is: is.openChild(place)!, path: [...path, place] });
      }
    }
  }

  /** Closes everything but the root. */
  closeAll(): void {
    this.#open = branchOf(this.#root);
  }

  /** Looks for a text in keys and values. */
  search(text: string): JsonSearch {
    return new JsonSearch(this.#root, text);
  }

  /** The value at a path, and the names of the steps to it: a number is a position in a list. */
  at(path: JsonPath): { readonly value: AttributeJson; readonly steps: readonly JsonStep[] } {
    let value = this.#root;
    const steps: JsonStep[] = [];
    for (const position of path) {
      if (typeof value === 'string') {
        value = parsedJson(value) ?? null;
        steps.push(null);
      }
      const branch = branchOf(value);
      if (branch === undefined) break;
      steps.push(branch.keys?.[position] ?? position);
      value = branch.child(position);
    }
    return { value, steps };
  }

  #describe(path: JsonPath): JsonRow {
    const branches = this.#branchesTo(path) ?? [];
    const parent = branches.at(-1);
    const position = path.at(-1);
    const isRoot = parent === undefined || position === undefined;
    const value = isRoot ? this.#root : parent.child(position);
    const opened = isRoot ? this.#open : parent.openChild(position);
    const childCount = opened?.childCount ?? childCountOf(value);
    return {
      path,
      key: isRoot ? undefined : (parent.keys?.[position] ?? position),
      value,
      kind: kindOfJson(value),
      childCount,
      canOpen: opened !== undefined || childCount > 0 || (typeof value === 'string' && looksLikeJson(value)),
      isOpen: opened !== undefined,
      siblingCount: isRoot ? 1 : parent.childCount,
    };
  }

  /** The open branches that a value is inside of; `undefined` when one of them is closed. */
  #branchesTo(path: JsonPath): readonly JsonBranch[] | undefined {
    const branches: JsonBranch[] = [];
    let branch = this.#open;
    for (const position of path) {
      if (branch === undefined) return undefined;
      branches.push(branch);
      branch = branch.openChild(position);
    }
    return branches;
  }
}

/** A step of a path: a key, a position in a list, or `null` for reading a text as JSON. */
export type JsonStep = string | number | null;

/** A path as RFC 9535 writes it: `$.messages[3]['odd key']`; into a text with JSON in it, `$.body → $.id`. */
export function jsonPathText(steps: readonly JsonStep[]): string {
  return steps.reduce<string>((text, step) => {
    if (step === null) return `${text} → $`;
    if (typeof step === 'number') return `${text}[${step}]`;
    return /^[A-Za-z_]\w*$/.test(step) ? `${text}.${step}` : `${text}['${escaped(step)}']`;
  }, '$');
}

function escaped(key: string): string {
  return JSON.stringify(key).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
}

export function kindOfJson(value: AttributeJson): JsonKind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'object';
  return typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean');
}

/** Whether a text may be a list or an object of JSON: what it costs to know does not grow with the text. */
export function looksLikeJson(text: string): boolean {
  const first = /^\s{0,16}([[{])/.exec(text.slice(0, 17))?.[1];
  const last = /([\]}])\s{0,16}$/.exec(text.slice(-17))?.[1];
  return (first === '[' && last === ']') || (first === '{' && last === '}');
}

/** The list or object that a text holds as JSON; `undefined` when it holds none. */
export function parsedJson(text: string): AttributeJson | undefined {
  if (!looksLikeJson(text)) return undefined;
  try {
    return JSON.parse(text) as AttributeJson;
  } catch {
    return undefined;
  }
}

/** Open, where there is something to open. */
function branchOf(value: AttributeJson): JsonBranch | undefined {
  const nested = typeof value === 'string' ? parsedJson(value) : value;
  if (nested === undefined || !isNested(nested)) return undefined;
  const branch = new JsonBranch(nested);
  return branch.childCount === 0 ? undefined : branch;
}

/** Keys of a closed object are counted where that is cheap: it is drawn each time that it comes into sight. */
function childCountOf(value: AttributeJson): number {
  if (Array.isArray(value)) return value.length;
  return isNested(value) ? Object.keys(value as object).length : 0;
}
