import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { completeQuery, completionsOf, fieldTerm, queryFields } from '@tta/obs-protocol/query';
import type {
  Completion,
  CompletionRequest,
  QueryField,
  QueryFieldName,
  QueryRange,
} from '@tta/obs-protocol/query';
import { formatCount } from '../format/count.ts';
import type { Timer } from '../service/backoff.ts';
import type { ServiceClient } from '../service/service-client.ts';

/** Something that may be meant by what is typed. */
export interface Suggestion {
  readonly label: string;
  /** One line for people; may be empty. */
  readonly help: string;
  readonly action:
    /** Takes the place of a part of the text. `isWhole`: nothing more is to be typed, so the query is asked at once. */
    | { readonly kind: 'write'; readonly range: QueryRange; readonly text: string; readonly isWhole: boolean }
    | { readonly kind: 'open'; readonly traceId: string };
}

export interface QuerySuggestionsOptions {
  readonly known: ServiceClient['known'];
  readonly timer: Timer;
}

const TRACE_ID = /^[0-9a-f]{32}$/i;
const SPAN_ID = /^[0-9a-f]{16}$/i;
/** What is typed within this time is one question to the service. */
const TYPING_MS = 120;
const LIMIT = 12;
/** Of each field that may hold a word. */
const VALUES_LIMIT = 3;
const SHORTEST_WORD = 3;
/** Fields whose values a word is looked for in, those that say most first. */
const VALUE_FIELDS: readonly QueryFieldName[] = [
  'service',
  'name',
  'label',
  'primitive',
  'model',
  'tool',
  'agent',
  'error',
  'workflow',
  'session',
  'user',
];

/** What may follow at the cursor, or may be meant by a word: from the language at once, from the service a moment later. */
export class QuerySuggestions {
  readonly #options: QuerySuggestionsOptions;
  readonly #found = signal<readonly Suggestion[]>([]);
  #cancelTyping: () => void = () => {};
  #asked = new AbortController();

  constructor(options: QuerySuggestionsOptions) {
    this.#options = options;
  }

  get found(): ReadonlySignal<readonly Suggestion[]> {
    return this.#found;
  }

  clear(): void {
    this.#cancelTyping();
    this.#asked.abort();
    this.#found.value = [];
  }

  /** @param cursor - In UTF-16 code units from 0. */
  look(text: string, cursor: number): void {
    this.#cancelTyping();
    this.#asked.abort();
    const asked = (this.#asked = new AbortController());
    const whole = text.trim();
    const ids = TRACE_ID.test(whole) || SPAN_ID.test(whole) ? idsLike(whole, text) : undefined;
    if (ids !== undefined) {
      this.#found.value = ids;
      return;
    }
    const { start, end, completions, request } = completeQuery(text, cursor);
    const range = { start, end };
    const now = completions.map((completion) => suggest(completion, range));
    const isTerm = /(^|[\s(-])$/.test(text.slice(0, start));
    const word = isTerm && request === undefined ? bareWord(text.slice(start, end)) : undefined;
    const meant = word === undefined ? [] : [...valuesLike(word, range), textSearch(word, range)];
    this.#found.value = [...now.slice(0, LIMIT - meant.length), ...meant];
    const ask =
      request !== undefined
        ? () => this.#complete(request, range, asked.signal)
        : word !== undefined && word.length >= SHORTEST_WORD
          ? () => this.#discover(word, range, asked.signal)
          : undefined;
    if (ask !== undefined) this.#cancelTyping = this.#options.timer(TYPING_MS, () => void ask());
  }

  async #complete(request: CompletionRequest, range: QueryRange, signal: AbortSignal): Promise<void> {
    const items = await this.#values(request, LIMIT, signal);
    const texts = completionsOf(
      request,
      items.map(({ value }) => value),
    );
    if (signal.aborted) return;
    this.#found.value = texts.map((completion, index) => ({
      ...suggest(completion, range),
      help: spansWith(items[index]!.count),
    }));
  }

  /** Which fields hold the word: one after the other, so that others who ask need not wait. */
  async #discover(word: string, range: QueryRange, signal: AbortSignal): Promise<void> {
    for (const field of VALUE_FIELDS) {
      const items = await this.#values({ kind: 'values', field, beginning: word }, VALUES_LIMIT, signal);
      if (signal.aborted) return;
      const found = items.map(({ value, count }) =>
        whole(fieldTerm(field, [value]), spansWith(count), range),
      );
      // The search for the word itself stays at the end.
      if (found.length > 0) this.#found.value = this.#found.value.toSpliced(-1, 0, ...found);
    }
  }

  async #values(request: CompletionRequest, limit: number, signal: AbortSignal) {
    try {
      return (await this.#options.known(request, limit, signal)).items;
    } catch {
      // Without the service, what the language itself offers has to do.
      return [];
    }
  }
}

function suggest({ text, help, kind }: Completion, range: QueryRange): Suggestion {
  // Between a keyword and what follows there is a space.
  const written = text === 'OR' ? 'OR ' : text;
  return { label: text, help, action: { kind: 'write', range, text: written, isWhole: kind === 'value' } };
}

function whole(term: string, help: string, range: QueryRange): Suggestion {
  return { label: term, help, action: { kind: 'write', range, text: term, isWhole: true } };
}

function spansWith(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'span' : 'spans'}`;
}

function idsLike(id: string, text: string): readonly Suggestion[] {
  const range = { start: 0, end: text.length };
  return TRACE_ID.test(id)
    ? [
        { label: `Open trace ${id}`, help: '', action: { kind: 'open', traceId: id.toLowerCase() } },
        textSearch(id, range),
      ]
    : [whole(`span:${id}`, 'The span with this id', range), textSearch(id, range)];
}

/** What is typed is a word of its own, or several in quotes; `undefined` for what the language means something by. */
function bareWord(typed: string): string | undefined {
  const word = /^"([^"\\]+)"?$/.exec(typed)?.[1] ?? typed;
  return word === '' || /^[-()]/.test(word) || /[:*]/.test(word) || /^(OR|AND|NOT)$/.test(word)
    ? undefined
    : word;
}

/** Fields of which the word is one of the values. */
function valuesLike(word: string, range: QueryRange): readonly Suggestion[] {
  const fields: readonly QueryField[] = queryFields;
  return fields
    .filter(({ level, values }) => level === 'span' && values?.includes(word.toLowerCase()))
    .map(({ name, help }) => whole(`${name}:${word.toLowerCase()}`, help, range));
}

function textSearch(word: string, range: QueryRange): Suggestion {
  const text = /^[\p{L}\p{N}_./@-]+$/u.test(word) ? word : `"${word}"`;
  return whole(text, 'Search in all text of spans and logs', range);
}
