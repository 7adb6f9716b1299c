import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CommandError } from './command-error.ts';

/**
 * Writes a settings file anew, all of it or nothing, so that only its owner can read it. A symbolic link stays one.
 *
 * @throws CommandError when it cannot be written; what was there is left as it was.
 */
export function writeSettings(path: string, written: Readonly<Record<string, unknown>>): void {
  let unfinished: string | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const target = existsSync(path) ? realpathSync(path) : path;
    unfinished = `${target}.${process.pid}.new`;
    const file = openSync(unfinished, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(written, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, target);
  } catch (error) {
    if (unfinished !== undefined) rmSync(unfinished, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(1, `The settings file ${path} cannot be written (${code}).`, error);
  }
}
