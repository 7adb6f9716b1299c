import type { AttributeJson } from '@tta/obs-protocol';
import { withoutPatterns } from '../format/marked-parts.ts';
import { isNested, scalarText } from './json-value.ts';

/** Where a value stands: the positions of the children that lead to it from the root. */
export type JsonPath = readonly number[];

/** Finds beyond these are not counted. */
const MOST_FOUND = 1_000;

/** A list or an object that is looked through, and which of its children is next. */
interface Visited {
  readonly value: Readonly<Record<string, AttributeJson>>;
  readonly keys: readonly string[];
  readonly isList: boolean;
  at: number;
}

/** Looks through a JSON value for a text, a part at a time: millions of values take longer than a page may stand still. */
export class JsonSearch {
  /** Where it occurs in keys and values, in any case, from above; the first 1,000 places. */
  readonly found: JsonPath[] = [];
  readonly #sought: RegExp | undefined;
  readonly #trail: Visited[] = [];

  constructor(root: AttributeJson, text: string) {
    // Faster than lower case, which copies every value.
    this.#sought = text === '' ? undefined : new RegExp(withoutPatterns(text), 'i');
    if (text !== '') this.#visit(undefined, root);
  }

  get isDone(): boolean {
    return this.#trail.length === 0;
  }

  /** Looks at so many values more. Returns itself. */
  advance(values = Infinity): this {
    for (let left = values; left > 0; left--) {
      const last = this.#trail.at(-1);
      if (last === undefined) break;
      last.at += 1;
      const key = last.keys[last.at];
      if (key === undefined) this.#trail.pop();
      else this.#visit(last.isList ? undefined : key, last.value[key] as AttributeJson);
      if (this.found.length >= MOST_FOUND) this.#trail.length = 0;
    }
    return this;
  }

  #visit(key: string | undefined, value: AttributeJson): void {
    const isHit = key !== undefined && this.#sought?.test(key) === true;
    if (isHit || (!isNested(value) && this.#sought?.test(scalarText(value)) === true))
      this.found.push(this.#trail.map(({ at }) => at));
    if (!isNested(value)) return;
    const nested = value as Visited['value'];
    this.#trail.push({ value: nested, keys: Object.keys(nested), isList: Array.isArray(value), at: -1 });
  }
}
