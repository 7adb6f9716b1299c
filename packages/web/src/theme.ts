import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

/** What the user asked for; `system` follows the browser, `contrast` too, as to light or dark. */
export type ThemeChoice = 'system' | 'light' | 'dark' | 'contrast';
/** What the page looks like; tokens.css has the colours of each. */
export type Theme = 'light' | 'dark' | 'contrast-light' | 'contrast-dark';

/** The part of `MediaQueryList` that is used. */
export interface MediaPreference {
  readonly matches: boolean;
  addEventListener(type: 'change', listener: (event: { readonly matches: boolean }) => void): void;
}

export interface SystemPreferences {
  readonly dark: MediaPreference;
  readonly contrast: MediaPreference;
}

const KEY = 'obs.theme';
const CHOICES: readonly string[] = ['system', 'light', 'dark', 'contrast'] satisfies ThemeChoice[];

/** The colours of the page: the browser's preferences unless the user chose otherwise; a choice is remembered. */
export class ThemeSetting {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #choice;
  readonly choice: ReadonlySignal<ThemeChoice>;
  readonly theme: ReadonlySignal<Theme>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>, system: SystemPreferences) {
    this.#storage = storage;
    this.#choice = signal(this.#remembered());
    this.choice = this.#choice;
    const isDark = followed(system.dark);
    const isContrast = followed(system.contrast);
    this.theme = computed((): Theme => {
      const choice = this.#choice.value;
      if (choice === 'light' || choice === 'dark') return choice;
      const shade = isDark.value ? 'dark' : 'light';
      return choice === 'contrast' || isContrast.value ? `contrast-${shade}` : shade;
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
      const stored = this.#storage.getItem(KEY) ?? '';
      return CHOICES.includes(stored) ? (stored as ThemeChoice) : 'system';
    } catch {
      return 'system';
    }
  }
}

function followed(preference: MediaPreference): ReadonlySignal<boolean> {
  const matches = signal(preference.matches);
  preference.addEventListener('change', (event) => {
    matches.value = event.matches;
  });
  return matches;
}
