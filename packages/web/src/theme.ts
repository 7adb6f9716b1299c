import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

/** What the user asked for; `system` follows the browser. */
export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

/** The part of `MediaQueryList` that is used. */
export interface DarkPreference {
  readonly matches: boolean;
  addEventListener(type: 'change', listener: (event: { readonly matches: boolean }) => void): void;
}

const KEY = 'obs.theme';

/** The colours of the page: the browser's preference unless the user chose otherwise; a choice is remembered. */
export class ThemeSetting {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #choice;
  readonly choice: ReadonlySignal<ThemeChoice>;
  readonly theme: ReadonlySignal<Theme>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>, prefersDark: DarkPreference) {
    this.#storage = storage;
    this.#choice = signal(this.#remembered());
    this.choice = this.#choice;
    const systemIsDark = signal(prefersDark.matches);
    prefersDark.addEventListener('change', (event) => {
      systemIsDark.value = event.matches;
    });
    this.theme = computed(() => {
      if (this.#choice.value !== 'system') return this.#choice.value;
      return systemIsDark.value ? 'dark' : 'light';
    });
  }

  choose(choice: ThemeChoice): void {
    this.#choice.value = choice;
    try {
      this.#storage.setItem(KEY, choice);
    } catch {
      // A full or forbidden storage only means that the choice ends with the page.
    }
  }

  #remembered(): ThemeChoice {
    try {
      const stored = this.#storage.getItem(KEY);
      return stored === 'light' || stored === 'dark' ? stored : 'system';
    } catch {
      return 'system';
    }
  }
}
