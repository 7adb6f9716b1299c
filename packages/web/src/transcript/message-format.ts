import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

/** How a message is shown. */
export type MessageFormat = 'markdown' | 'plain' | 'json';

export const MESSAGE_FORMATS: readonly { readonly format: MessageFormat; readonly title: string }[] = [
  { format: 'markdown', title: 'Markdown' },
  { format: 'plain', title: 'Plain' },
  { format: 'json', title: 'JSON' },
];

const KEY = 'obs.message-format';

/** How messages are shown: all of them as was chosen last, remembered by the browser, and single ones otherwise. */
export class MessageFormats {
  readonly #store: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #all;
  readonly #own = signal<ReadonlyMap<string, MessageFormat>>(new Map());
  readonly all: ReadonlySignal<MessageFormat>;

  constructor(store: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#store = store;
    const known = this.#remembered();
    this.#all = signal(MESSAGE_FORMATS.find(({ format }) => format === known)?.format ?? 'markdown');
    this.all = this.#all;
  }

  of(message: string): MessageFormat {
    return this.#own.value.get(message) ?? this.#all.value;
  }

  choose(message: string, format: MessageFormat): void {
    this.#own.value = new Map(this.#own.value).set(message, format);
  }

  chooseAll(format: MessageFormat): void {
    this.#own.value = new Map();
    this.#all.value = format;
    try {
      this.#store.setItem(KEY, format);
    } catch {
      // A full or forbidden storage only means that the choice ends with the page.
    }
  }

  #remembered(): string | null {
    try {
      return this.#store.getItem(KEY);
    } catch {
      return null;
    }
  }
}
