import { outcomeOf, personalName, type TraceSpan } from '../../trace.ts';
import { isReadAsDrawn, type ReadPattern } from '../span-pattern.ts';

interface Holder {
  readonly node: { readonly span: TraceSpan };
}

/** Finds those whose spans may be meant by a pattern without asking all: by the values that it says. */
export class SpanIndex<T extends Holder> {
  readonly #all: readonly T[];
  /** Those that a line may mean by what it looks like: its conditions do not find them. */
  readonly #misread: readonly T[];
  readonly #byCondition = new Map<string, ReadonlyMap<unknown, readonly T[]>>();

  constructor(all: readonly T[]) {
    this.#all = all;
    this.#misread = all.filter(({ node }) => !isReadAsDrawn(node.span));
  }

  /** All whose span a pattern may mean: those that fulfil the condition which the fewest fulfil. */
  mayMatch(pattern: ReadPattern): readonly T[] {
    const fewest = this.#fulfilling(pattern).reduce(
      (least, each) => (each.length < least.length ? each : least),
      this.#all,
    );
    if (pattern.line === undefined || this.#misread.length === 0) return fewest;
    return [...new Set([...fewest, ...this.#misread])];
  }

  /** Those that fulfil one of the conditions; first of the condition which the fewest fulfil. */
  closeTo(pattern: ReadPattern): readonly (readonly T[])[] {
    return this.#fulfilling(pattern).toSorted((a, b) => a.length - b.length);
  }

  #fulfilling({ span, name, outcome, attributes }: ReadPattern): (readonly T[])[] {
    const found: (readonly T[])[] = [];
    if (typeof span === 'string') found.push(this.#with('span', span));
    if (typeof name === 'string') found.push(this.#with('name', name));
    if (attributes) {
      // Of what is no object, only the same is as expected.
      for (const [key, value] of Object.entries(attributes))
        if (typeof value !== 'object' || value === null) found.push(this.#with(`attribute ${key}`, value));
    }
    if (outcome !== undefined) found.push(this.#with('outcome', outcome));
    return found;
  }

  #with(condition: string, value: unknown): readonly T[] {
    let byValue = this.#byCondition.get(condition);
    if (!byValue) {
      byValue = grouped(this.#all, ({ node }) => valueOf(node.span, condition));
      this.#byCondition.set(condition, byValue);
    }
    return byValue.get(value) ?? none;
  }
}

const none: readonly never[] = [];

function valueOf(span: TraceSpan, condition: string): unknown {
  if (condition === 'span') return span.name;
  if (condition === 'name') return personalName(span);
  if (condition === 'outcome') return outcomeOf(span);
  return span.attributes[condition.slice('attribute '.length)];
}

function grouped<T>(all: readonly T[], by: (one: T) => unknown): ReadonlyMap<unknown, readonly T[]> {
  const groups = new Map<unknown, T[]>();
  for (const one of all) {
    const group = groups.get(by(one));
    if (group) group.push(one);
    else groups.set(by(one), [one]);
  }
  return groups;
}
