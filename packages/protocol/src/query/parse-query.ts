import type { ParsedQuery, QueryNode, QueryProblem, QueryRange } from './query-node.ts';
import { readFilter } from './read-filter.ts';
import { scanQuery, type QueryToken } from './scan-query.ts';

/** How much is read of a query; what lies beyond is a problem. */
export const queryLimits = {
  /** UTF-16 code units. */
  length: 4096,
  /** Values of filters, each of a list counted, and pieces of free text; also those with a problem. */
  values: 100,
  /** Parentheses and negations within each other. */
  depth: 20,
} as const;

/**
 * Reads a query. Never throws, and takes time linear in the length of the text. What cannot be understood is left out
 * and told as a problem, so that a query that is still being typed has a meaning already. The grammar stands in
 * `docs/query-language.md`.
 */
export function parseQuery(text: string): ParsedQuery {
  const read = text.slice(0, queryLimits.length);
  const parser = new QueryParser(read, scanQuery(read));
  const root = parser.parse();
  if (text.length > read.length) {
    const message = `only ${queryLimits.length} characters of a query are read; make it shorter`;
    parser.problems.push({ start: read.length, end: text.length, message });
  }
  const problems = parser.problems.toSorted((left, right) => left.start - right.start);
  return { text, root, problems };
}

/** Recursive descent over tokens, each of which is taken once. */
export class QueryParser {
  readonly problems: QueryProblem[] = [];
  readonly #text: string;
  readonly #tokens: readonly QueryToken[];
  #position = 0;
  #values = 0;
  #depth = 0;
  #openParentheses = 0;
  #isStopped = false;

  constructor(text: string, tokens: readonly QueryToken[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  /** Terms between `OR`. */
  parse(): QueryNode | undefined {
    const children: QueryNode[] = [];
    let previousOr: QueryToken | undefined;
    for (;;) {
      const start = this.#position;
      const child = this.#conjunction();
      if (child) children.push(child);
      const isEmpty = this.#position === start;
      const or = this.#take('OR');
      const lonely = or ?? previousOr;
      if (isEmpty && lonely) this.#report(lonely, 'OR stands between two terms; add the missing one');
      if (!or) return group('or', children);
      previousOr = or;
    }
  }

  /** Terms side by side. */
  #conjunction(): QueryNode | undefined {
    const children: QueryNode[] = [];
    let isAfterTerm = false;
    while (!this.#isAtEnd()) {
      const token = this.#next();
      const isAnd = this.#keyword(token) === 'AND';
      if (isAnd && (!isAfterTerm || this.#isAtEnd())) {
        this.#report(token, 'AND stands between two terms; add the missing one');
      }
      isAfterTerm = !isAnd;
      const term = isAnd ? undefined : this.#term(token);
      if (term) children.push(term);
    }
    return group('and', children);
  }

  #term(token: QueryToken): QueryNode | undefined {
    if (token.kind === '(') return this.#group(token);
    if (token.kind === ')') return this.#report(token, 'no parenthesis is open here; leave it out');
    const keyword = this.#keyword(token);
    if (token.kind !== 'word' || keyword === 'NOT') return this.#negation(token);
    const next = this.#tokens[this.#position];
    if (keyword === 'some' && next?.kind === '(') {
      const child = this.#group(this.#next());
      return child && { kind: 'some', child, start: token.start, end: child.end };
    }
    if (keyword === 'or' || keyword === 'and') {
      const replacement = keyword.toUpperCase();
      const message = `write ${replacement} to combine terms, "${keyword}" in quotes to look for the word`;
      return this.#report(token, message, replacement);
    }
    if (next?.kind === '(' && next.start === token.end) {
      this.#report(next, 'parentheses are not part of a value; quote the value, or put a space between');
    }
    const { filter, problems } = readFilter(this.#text, token);
    this.problems.push(...problems);
    this.#values += (filter?.anyOf.length ?? 0) + problems.length;
    if (this.#values > queryLimits.values) {
      return this.#stop(token, `a query has at most ${queryLimits.values} values; leave some out`);
    }
    return filter;
  }

  #negation(minus: QueryToken): QueryNode | undefined {
    if (this.#isAtEnd() || this.#keyword(this.#tokens[this.#position]!) === 'AND') {
      return this.#report(minus, 'there is nothing to negate; add a term');
    }
    const child = this.#deeper(minus, () => this.#term(this.#next()));
    return child && { kind: 'not', child, start: minus.start, end: child.end };
  }

  #group(open: QueryToken): QueryNode | undefined {
    return this.#deeper(open, () => {
      const first = this.#position;
      this.#openParentheses++;
      const child = this.parse();
      this.#openParentheses--;
      const isEmpty = this.#position === first;
      const close = this.#tokens[this.#position];
      if (close) this.#position++;
      else if (!this.#isStopped) this.#report(open, 'this parenthesis is not closed; add )');
      const end = close?.end ?? this.#text.length;
      if (isEmpty && close) {
        this.#report({ start: open.start, end }, 'nothing stands in these parentheses; add a term');
      }
      return child && { ...child, start: open.start, end };
    });
  }

  #deeper(token: QueryToken, read: () => QueryNode | undefined): QueryNode | undefined {
    if (this.#depth === queryLimits.depth) {
      return this.#stop(
        token,
        `nothing is nested deeper than ${queryLimits.depth} levels; simplify the query`,
      );
    }
    this.#depth++;
    const node = read();
    this.#depth--;
    return node;
  }

  /** Nothing of what follows is read. */
  #stop({ start }: QueryToken, message: string): undefined {
    this.#report({ start, end: this.#text.length }, message);
    this.#position = this.#tokens.length;
    this.#isStopped = true;
  }

  #report({ start, end }: QueryRange, message: string, replacement?: string): undefined {
    this.problems.push({ start, end, message, ...(replacement !== undefined && { replacement }) });
  }

  /** At the end of the query or of the group, or at `OR`. */
  #isAtEnd(): boolean {
    const token = this.#tokens[this.#position];
    if (token === undefined) return true;
    return token.kind === ')' ? this.#openParentheses > 0 : this.#keyword(token) === 'OR';
  }

  /** Only where {@link QueryParser.#isAtEnd} is false, or the token was looked at. */
  #next(): QueryToken {
    return this.#tokens[this.#position++]!;
  }

  #take(keyword: string): QueryToken | undefined {
    const token = this.#tokens[this.#position];
    return token && this.#keyword(token) === keyword ? this.#next() : undefined;
  }

  /** A short word as it is written, which may be a keyword. */
  #keyword({ kind, start, end }: QueryToken): string {
    return kind === 'word' && end - start <= 'some'.length ? this.#text.slice(start, end) : '';
  }
}

/** One node stays what it is; positions reach from the first to the last. */
function group(kind: 'and' | 'or', children: readonly QueryNode[]): QueryNode | undefined {
  const [first] = children;
  if (first === undefined || children.length === 1) return first;
  return { kind, children, start: first.start, end: children.at(-1)!.end };
}
