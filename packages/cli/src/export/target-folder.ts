import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { CommandError } from '../command-error.ts';
import { safeText } from '../safe-text.ts';

/**
 * The folder of a file that is to be written. It is never made: a name that was mistyped would leave folders behind.
 *
 * @throws CommandError when there is none.
 */
export function targetFolder(path: string): string {
  const folder = dirname(path);
  if (existsSync(folder)) return folder;
  throw new CommandError(1, `There is no folder ${safeText(folder)}: make it first, or name another file.`);
}
