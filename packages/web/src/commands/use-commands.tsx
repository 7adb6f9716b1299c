import { createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Command } from './command.ts';
import { CommandRegistry } from './command-registry.ts';

/** Where the parts of the page put their commands. */
export const Commands = createContext(new CommandRegistry());

/** Offers commands as long as the component is on the screen. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useContext(Commands);
  const current = useRef(commands);
  current.current = commands;
  // With what is drawn, not after it: who sees a view may press its keys.
  useLayoutEffect(() => registry.add(() => current.current), [registry]);
}

const TYPED_INTO =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]:not([contenteditable="false"])';
/** What Enter and the space bar do on these is their own. */
const CONTROL = 'a, button, summary, input, [role="tab"]';
const OWN_KEYS: readonly string[] = ['Enter', ' '];
/** Arrows go from one of these to the next. */
const CHOICE = 'input[type="radio"]';
const CHOICE_KEYS: readonly string[] = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];

/** Runs the commands of the keys that are pressed on the page. */
export function useCommandKeys(): void {
  const registry = useContext(Commands);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const target = event.target instanceof HTMLElement ? event.target : undefined;
      // What is pressed in a dialog is its own.
      if (document.querySelector('dialog:modal') !== null) return;
      // The browser closes what lies open over the page, unless the key is taken from it.
      if (event.key === 'Escape' && document.querySelector(':popover-open') !== null) return;
      const isTyping = target !== undefined && target.closest(TYPED_INTO) !== null;
      if (isTyping && !event.ctrlKey && !event.metaKey) return;
      if (target?.closest(CONTROL) && OWN_KEYS.includes(event.key)) return;
      if (target?.closest(CHOICE) && CHOICE_KEYS.includes(event.key)) return;
      const command = registry.take(event);
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [registry]);
}
