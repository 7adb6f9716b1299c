/** How a parent reaches a child: the last part of a step span's name. */
export interface Edge {
  readonly kind: string;
  /** What the row says: `step 0`, `attempt 2`, `left`, `primary`. */
  readonly text: string;
}

const NAME = /^primitive\.[^.]+\.(.+)$/;
const NUMBERED = /^(step|branch|attempt|fallback|iteration|item)_(.+)$/;
const KEYED = /^(case|route|forward|compensate)_(.+)$/;
const PLAIN = new Set(['primary', 'then', 'else', 'refresh']);

/** Reads the edge from a span's name; `undefined` for a span that is not a step. */
export function edgeOf(spanName: string): Edge | undefined {
  const part = NAME.exec(spanName)?.[1];
  if (part === undefined) return undefined;
  if (PLAIN.has(part)) return { kind: part, text: part };
  const numbered = NUMBERED.exec(part);
  if (numbered !== null) {
    const [, kind = '', key = ''] = numbered;
    // A branch or item of a record carries its key, which says more than the word before it.
    return { kind, text: /^\d+$/.test(key) ? `${kind} ${key}` : key };
  }
  const keyed = KEYED.exec(part);
  if (keyed !== null) {
    const [, kind = '', key = ''] = keyed;
    return { kind, text: `${kind} ${key}` };
  }
  return undefined;
}
