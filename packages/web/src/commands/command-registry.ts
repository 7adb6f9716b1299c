import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Command } from './command.ts';

/** The part of `KeyboardEvent` that is used. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey?: boolean;
  readonly timeStamp: number;
}

/** A second key that comes later than this is no longer part of what the first one began. */
const SEQUENCE_MS = 1_000;

/** What can be done now: each part of the page that is on the screen brings its commands. */
export class CommandRegistry {
  /**
   * Whether letters, digits and signs do anything without Ctrl or ⌘ (WCAG 2.2, 2.1.4: who dictates has to be able to turn
   * them off). Arrows, Enter and Escape are no such keys.
   */
  readonly areSingleKeysOn = signal(true);
  readonly #lists = new Set<() => readonly Command[]>();
  readonly #changes = signal(0);
  #begun: { readonly key: string; readonly timeStamp: number } | undefined;

  /** Grows whenever a part of the page comes or goes. */
  get changes(): ReadonlySignal<number> {
    return this.#changes;
  }

  /** Adds commands; of two for one key, those that were added later count. What it returns takes them away. */
  add(commands: () => readonly Command[]): () => void {
    this.#lists.add(commands);
    this.#changes.value += 1;
    return () => {
      this.#lists.delete(commands);
      this.#changes.value += 1;
    };
  }

  /** All that can be done now; those that were added later come first. */
  all(): readonly Command[] {
    return [...this.#lists].toReversed().flatMap((list) => list());
  }

  /** The command of a key. A key that may begin a sequence has one only when the second is pressed. */
  take(press: KeyPress): Command | undefined {
    if (press.altKey) return undefined;
    const isWithModifier = press.ctrlKey || press.metaKey;
    if (!isWithModifier && press.key.length === 1 && !this.areSingleKeysOn.value) return undefined;
    const begun = this.#begun;
    this.#begun = undefined;
    const commands = this.all();
    const of = (keys: string): Command | undefined => commands.find((command) => command.keys.includes(keys));
    if (isWithModifier) return of(`Mod+${press.key}`);
    if (begun !== undefined && press.timeStamp - begun.timeStamp <= SEQUENCE_MS) {
      const command = of(`${begun.key} ${press.key}`);
      if (command !== undefined) return command;
    }
    // Letters and signs are other keys with Shift as it is; arrows are not.
    const command = of(
      press.shiftKey === true && press.key.startsWith('Arrow') ? `Shift+${press.key}` : press.key,
    );
    if (
      command === undefined &&
      commands.some(({ keys }) => keys.some((key) => key.startsWith(`${press.key} `)))
    )
      this.#begun = { key: press.key, timeStamp: press.timeStamp };
    return command;
  }
}
