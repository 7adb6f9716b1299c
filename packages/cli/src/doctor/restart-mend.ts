import type { ClientFlags } from '../commands/shared-flags.ts';

/** The flags by which the service was named, as they stand on a command line; a token stays out of it. */
export function namedBy({ port, host, config }: ClientFlags): string {
  const words = Object.entries({ port, host, config }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(value)}`],
  );
  return words.map((word) => ` ${word}`).join('');
}

/** Starts the service anew. */
export function restartMend(named: string): string {
  return `tta-obs stop${named} && ${startMend(named)}`;
}

export function startMend(named: string): string {
  return `tta-obs start --detach${named}`;
}

/** For a shell: what is more than letters and the like stands in quotes. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
