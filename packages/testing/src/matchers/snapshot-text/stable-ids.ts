import type { TraceSpan } from '../../trace.ts';

/** A UUID, and the ids of traces and spans. */
const form = /\b(?:[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|[\da-f]{32}|[\da-f]{16})\b/gi;

/**
 * Ids that programs make up, found in texts by their form: UUIDs, 16 or 32 hexadecimal digits, and those of the spans
 * themselves. What has no letter is taken for a number that somebody gave, such as an order's.
 */
export class StableIds {
  readonly #own: ReadonlySet<string>;

  constructor(spans: readonly TraceSpan[]) {
    this.#own = new Set(spans.flatMap(({ traceId, spanId }) => [traceId, spanId]));
  }

  /** The text with the same word for all of them. */
  blanked(text: string): string {
    return this.#replaced(text, () => '<id>');
  }

  /** The text with their numbers, in the order in which they come: the same id has the same number. */
  numbered(text: string): string {
    const numbers = new Map<string, number>();
    return this.#replaced(text, (id) => {
      const number = numbers.get(id) ?? numbers.size + 1;
      numbers.set(id, number);
      return `<id ${number}>`;
    });
  }

  #replaced(text: string, wordOf: (id: string) => string): string {
    return text.replaceAll(form, (id) =>
      /\D/.test(id) || this.#own.has(id) ? wordOf(id.toLowerCase()) : id,
    );
  }
}
