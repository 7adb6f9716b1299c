import { batch, computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { addTerm, parseQuery, queryTerms, removeTerm, replaceTerm } from '@tta/obs-protocol/query';
import type { ParsedQuery, QueryNode, QueryProblem } from '@tta/obs-protocol/query';
import type { Timer } from '../service/backoff.ts';
import type { ServiceClient } from '../service/service-client.ts';
import { QuerySuggestions } from './query-suggestions.ts';
import type { Suggestion } from './query-suggestions.ts';
import { textOf } from './query-terms.ts';

export interface QueryDraftOptions {
  /** The query that is asked now, also if it cannot be understood. */
  readonly query: ReadonlySignal<string>;
  readonly ask: (query: string) => void;
  readonly openTrace: (traceId: string) => void;
  readonly known: ServiceClient['known'];
  readonly timer: Timer;
}

/** A term of the query that is asked, apart from the one that is being typed. */
export interface Pill {
  readonly term: QueryNode;
  readonly text: string;
}

/** What is typed: a new term, or another text for one of the terms, until it is asked or given up. */
export class QueryDraft {
  readonly #options: QueryDraftOptions;
  readonly #suggestions: QuerySuggestions;
  readonly #parsed: ReadonlySignal<ParsedQuery>;
  readonly #text = signal('');
  readonly #cursor = signal(0);
  readonly #edited = signal<number | undefined>(undefined);
  readonly #activeIndex = signal(-1);
  /** Whether it was to be asked as it is: from then on nothing that is wrong with it is passed over. */
  readonly #isTried = signal(false);
  /** The text is all of the query, which cannot be understood as it is asked. */
  #isWhole = false;
  readonly pills: ReadonlySignal<readonly Pill[]>;
  readonly problems: ReadonlySignal<readonly QueryProblem[]>;

  constructor(options: QueryDraftOptions) {
    this.#options = options;
    this.#suggestions = new QuerySuggestions(options);
    this.#parsed = computed(() => parseQuery(options.query.value));
    this.pills = computed(() => {
      const query = this.#parsed.value;
      // One that cannot be understood is mended as a whole.
      return query.problems.length > 0
        ? []
        : queryTerms(query).map((term) => ({ term, text: textOf(query, term) }));
    });
    this.problems = computed(() => {
      const cursor = this.#cursor.value;
      return parseQuery(this.#text.value).problems.filter(
        ({ start, end }) => this.#isTried.value || cursor < start || cursor > end,
      );
    });
  }

  get text(): ReadonlySignal<string> {
    return this.#text;
  }

  get cursor(): ReadonlySignal<number> {
    return this.#cursor;
  }

  /** Index of the pill whose text is being changed. */
  get edited(): ReadonlySignal<number | undefined> {
    return this.#edited;
  }

  get suggestions(): ReadonlySignal<readonly Suggestion[]> {
    return this.#suggestions.found;
  }

  /** Index of the suggestion that Enter takes; -1 for none. */
  get activeIndex(): ReadonlySignal<number> {
    return this.#activeIndex;
  }

  /** Another query is asked: what is typed beside it stays, what was typed for a part of the one before does not. */
  follow(): void {
    const isBeside = this.#edited.value === undefined && !this.#isWhole;
    if (!isBeside || this.#parsed.peek().problems.length > 0) this.reset();
  }

  /** Starts over with the query that is asked: the text is empty, unless that cannot be understood. */
  reset(): void {
    const { text, problems } = this.#parsed.peek();
    this.#isWhole = problems.length > 0;
    this.#edited.value = undefined;
    this.#isTried.value = problems.length > 0;
    this.#write(problems.length > 0 ? text : '', undefined);
    this.closeSuggestions();
  }

  /** Something was typed, or the cursor moved. */
  type(text: string, cursor: number): void {
    if (text !== this.#text.value) this.#isTried.value = false;
    this.#write(text, cursor);
    this.#suggestions.look(text, cursor);
    const [first] = this.#suggestions.found.value;
    this.#activeIndex.value = first?.action.kind === 'open' ? 0 : -1;
  }

  /** Changes the text of a pill. */
  edit(index: number): void {
    const pill = this.pills.value[index];
    if (pill === undefined) return;
    this.#edited.value = index;
    this.#isTried.value = false;
    this.#write(pill.text, undefined);
    this.closeSuggestions();
  }

  removePill(index: number): void {
    const pill = this.pills.value[index];
    if (pill !== undefined) this.#options.ask(removeTerm(this.#parsed.value, pill.term));
  }

  /** To the next (1) or previous (-1) suggestion; beyond the ends there is none. */
  moveActive(by: 1 | -1): void {
    const places = this.suggestions.value.length + 1;
    // None is between the last and the first.
    this.#activeIndex.value = ((this.#activeIndex.value + 1 + by + places) % places) - 1;
  }

  closeSuggestions(): void {
    this.#suggestions.clear();
    this.#activeIndex.value = -1;
  }

  take(suggestion: Suggestion): void {
    const { action } = suggestion;
    if (action.kind === 'open') {
      this.#write('', undefined);
      this.closeSuggestions();
      this.#options.openTrace(action.traceId);
      return;
    }
    const { range, text } = action;
    const before = this.#text.value.slice(0, range.start) + text;
    this.type(before + this.#text.value.slice(range.end), before.length);
    if (action.isWhole) this.closeSuggestions();
  }

  /** Puts what may have been meant in the place of what is wrong. */
  mend({ start, end, replacement = '' }: QueryProblem): void {
    const before = this.#text.value.slice(0, start) + replacement;
    this.#write(before + this.#text.value.slice(end), before.length);
  }

  /** Asks for what is typed together with the other terms. @returns false where it cannot be understood. */
  submit(): boolean {
    this.closeSuggestions();
    const text = this.#text.value.trim();
    if (parseQuery(text).problems.length > 0) {
      this.#isTried.value = true;
      return false;
    }
    const query = this.#withText(text);
    this.#edited.value = undefined;
    this.#write('', undefined);
    if (query !== this.#options.query.peek()) this.#options.ask(query);
    return true;
  }

  #withText(text: string): string {
    const query = this.#parsed.value;
    if (query.problems.length > 0) return text;
    const edited = this.#edited.value;
    const pill = edited === undefined ? undefined : this.pills.value[edited];
    if (pill === undefined) return text === '' ? query.text : addTerm(query, text);
    return text === '' ? removeTerm(query, pill.term) : replaceTerm(query, pill.term, text);
  }

  #write(text: string, cursor: number | undefined): void {
    batch(() => {
      this.#text.value = text;
      this.#cursor.value = cursor ?? text.length;
    });
  }
}
