import { visibleText } from './visible-text.ts';

const PLAIN = /^[\p{L}\p{N}_@%+:,./][\p{L}\p{N}_@%+=:,./-]*$/u;

/**
 * Quotes one argument for a POSIX shell. Text with control characters uses `$'…'` (bash, zsh, ksh), so that the
 * command stays on one line and can be pasted.
 */
export function shellQuote(argument: string): string {
  if (PLAIN.test(argument)) return argument;
  if (visibleText(argument) === argument) return `'${argument.replaceAll("'", `'\\''`)}'`;
  const escaped = Array.from(argument, (character) => {
    if (character === '\\' || character === "'") return `\\${character}`;
    if (visibleText(character) === character) return character;
    return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `$'${escaped.join('')}'`;
}
