/** One label matcher of a selector. */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A counter that a query adds or takes away. */
export interface CountTerm {
  readonly sign: 1 | -1;
  readonly metric: string;
  readonly matchers: readonly LabelMatcher[];
  /** The function and the range it is read with: `rate[5m]`; empty for the counter itself. */
  readonly over: string;
}

/** Sums of counters, and what they are divided by where the query is a ratio. */
export interface CountQuery {
  readonly terms: readonly CountTerm[];
  readonly divisor: readonly CountTerm[] | undefined;
}

/** Why a query is not one that {@link parseCountQuery} reads. */
export class UnreadableQueryError extends Error {}

const longestQuery = 4096;
const deepestNesting = 32;
const token =
  /(?<space>\s+|#[^\n]*)|(?<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|(?<range>\[\s*(?:\{\{\s*\.window\s*\}\}|\$\w+|\$\{\w+\}|(?:\d+[a-z]+)+)\s*\])|(?<word>[A-Za-z_:][\w:]*)|(?<number>\d+(?:\.\d+)?)|(?<sign>!=|=~|!~|[-+/(){},=])/y;

interface Token {
  readonly kind: 'text' | 'range' | 'word' | 'number' | 'sign' | 'end';
  readonly text: string;
}

/**
 * Reads the part of PromQL in which counts are written: `sum` of one counter or of its `rate` or `increase`, such sums
 * added, subtracted, in parentheses, with `or vector(0)` behind, one division of two of them, and 1 minus that.
 * Without `sum` Prometheus reckons series by series, of which two seldom have the same labels.
 *
 * @throws UnreadableQueryError
 */
export function parseCountQuery(query: string): CountQuery {
  if (query.length > longestQuery)
    throw new UnreadableQueryError(`it is longer than ${longestQuery} characters`);
  return new CountQueryParser(tokensOf(query)).query();
}

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    token.lastIndex = at;
    const found = token.exec(query);
    if (!found) throw new UnreadableQueryError(`it has ${JSON.stringify(query.slice(at, at + 20))} in it`);
    at = token.lastIndex;
    const [kind, text] = Object.entries(found.groups ?? {}).find(([, part]) => part !== undefined) ?? [];
    if (kind !== 'space') tokens.push({ kind, text } as Token);
  }
  return tokens;
}

class CountQueryParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  query(): CountQuery {
    const parsed = this.#expression();
    if (this.#next().kind !== 'end') this.#unexpected();
    return parsed;
  }

  #expression(): CountQuery {
    this.#depth++;
    if (this.#depth > deepestNesting) throw new UnreadableQueryError('it is nested too deep');
    const parsed = this.#take('number', '1') ? this.#oneMinus() : this.#sum();
    while (this.#takeWord('or')) this.#zero();
    this.#depth--;
    return parsed;
  }

  #sum(): CountQuery {
    let sum = this.#ratio();
    for (;;) {
      if (this.#takeSign('+')) sum = counts([...terms(sum), ...terms(this.#ratio())]);
      else if (this.#takeSign('-')) sum = counts([...terms(sum), ...terms(this.#ratio()).map(negated)]);
      else return sum;
    }
  }

  /** `1 - good / total` is `(total - good) / total`. */
  #oneMinus(): CountQuery {
    this.#expectSign('-');
    const { terms: share, divisor } = this.#ratio();
    if (!divisor) return this.#unexpected();
    return { terms: [...divisor, ...share.map(negated)], divisor };
  }

  #ratio(): CountQuery {
    const dividend = this.#operand();
    return this.#takeSign('/') ? { terms: terms(dividend), divisor: terms(this.#operand()) } : dividend;
  }

  /** `vector(0)`, or `on() vector(0)`: what people put behind a count that may have no series yet. */
  #zero(): void {
    if (this.#takeWord('on')) {
      this.#expectSign('(');
      this.#expectSign(')');
    }
    if (!this.#takeWord('vector')) this.#unexpected();
    this.#expectSign('(');
    const { kind, text } = this.#next();
    if (kind !== 'number' || Number(text) !== 0) this.#unexpected();
    this.#at++;
    this.#expectSign(')');
  }

  #operand(): CountQuery {
    if (this.#takeSign('(')) return this.#closed();
    if (this.#next().kind === 'word' && !this.#takeWord('sum'))
      throw new UnreadableQueryError(`${this.#next().text} is not inside of a sum(…) of its own`);
    this.#expectSign('(');
    const term = this.#counter();
    while (this.#takeWord('or')) this.#zero();
    this.#expectSign(')');
    return counts([term]);
  }

  #counter(): CountTerm {
    for (const name of ['rate', 'increase'])
      if (this.#takeWord(name)) {
        this.#expectSign('(');
        const term = this.#selector(name);
        this.#expectSign(')');
        return term;
      }
    return this.#selector('');
  }

  #closed(): CountQuery {
    const inside = this.#expression();
    this.#expectSign(')');
    return inside;
  }

  #selector(read: string): CountTerm {
    const metric = this.#expect('word');
    const matchers: LabelMatcher[] = [];
    if (this.#takeSign('{')) {
      while (!this.#takeSign('}')) {
        matchers.push(this.#matcher());
        if (!this.#takeSign(',') && this.#next().text !== '}') this.#unexpected();
      }
    }
    const range = read === '' ? '' : this.#expect('range').replaceAll(/\s/g, '');
    return { sign: 1, metric, matchers, over: read + range };
  }

  #matcher(): LabelMatcher {
    const label = this.#expect('word');
    const operator = this.#expect('sign');
    if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~') {
      this.#at--;
      return this.#unexpected();
    }
    return { label, operator, value: unquoted(this.#expect('text')) };
  }

  #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'its end' };
  }

  #expect(kind: Token['kind']): string {
    const found = this.#next();
    if (found.kind !== kind) this.#unexpected();
    this.#at++;
    return found.text;
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) this.#unexpected();
  }

  #takeSign(sign: string): boolean {
    return this.#take('sign', sign);
  }

  #takeWord(word: string): boolean {
    return this.#take('word', word);
  }

  #take(kind: Token['kind'], text: string): boolean {
    const found = this.#next();
    if (found.kind !== kind || found.text !== text) return false;
    this.#at++;
    return true;
  }

  #unexpected(): never {
    const { kind, text } = this.#next();
    throw new UnreadableQueryError(
      kind === 'end' ? 'it ends too soon' : `${text} is not expected where it stands`,
    );
  }
}

function counts(all: readonly CountTerm[]): CountQuery {
  return { terms: all, divisor: undefined };
}

function terms({ terms, divisor }: CountQuery): readonly CountTerm[] {
  if (divisor) throw new UnreadableQueryError('it reckons with a ratio inside of it');
  return terms;
}

function negated(term: CountTerm): CountTerm {
  return { ...term, sign: term.sign === 1 ? -1 : 1 };
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

function unquoted(text: string): string {
  const inside = text.slice(1, -1);
  if (text.startsWith('`')) return inside;
  return inside.replaceAll(/\\(.)/g, (escape, letter: string) => {
    const character = escapes[letter];
    if (character === undefined) throw new UnreadableQueryError(`it has the escape ${escape} in it`);
    return character;
  });
}
