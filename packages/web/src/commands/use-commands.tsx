import { createContext } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';
import type { Command } from './command.ts';
import { CommandRegistry } from './command-registry.ts';

/** Where the parts of the page put their commands. */
export const Commands = createContext(new CommandRegistry());

/** Offers commands as long as the component is on the screen. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useContext(Commands);
  const current = useRef(commands);
  current.current = commands;
  useEffect(() => registry.add(() => current.current), [registry]);
}

/** Runs the commands of the keys that are pressed on the page. */
export function useCommandKeys(): void {
  const registry = useContext(Commands);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const target = event.target instanceof HTMLElement ? event.target : undefined;
      // What is pressed in a dialog is its own.
      if (document.querySelector('dialog:modal') !== null) return;
      const isTyping =
        target?.closest('input, textarea, select, [contenteditable]') !== null && target !== undefined;
      if (isTyping && !event.ctrlKey && !event.metaKey) return;
      // Enter and the space bar on a link or button are that control's own.
      const isControl = target !== undefined && target.closest('a, button, summary, [role="tab"]') !== null;
      if (isControl && (event.key === 'Enter' || event.key === ' ')) return;
      const command = registry.take(event);
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [registry]);
}
