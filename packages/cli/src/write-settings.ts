import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CommandError } from './command-error.ts';
import { readSettings } from './settings-file.ts';

const MOST_LINKS = 40;
const PAUSE_MS = 20;
/** Others write for a moment only. */
const PATIENCE_MS = 2_000;

/**
 * Changes a settings file: writes it anew, all of it or nothing, so that only its owner can read it. A symbolic link stays
 * one. Whoever changes it at the same time waits, so that no change is lost.
 *
 * @param change - What is to stand in it instead of what stands there now.
 * @throws CommandError when it cannot be written, and what `change` throws; what was there is left as it was.
 */
export function changeSettings(
  path: string,
  change: (written: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): void {
  // Whoever has made it may write: it is the lock as well.
  let unfinished: string | undefined;
  try {
    const target = targetOf(path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    const file = openAlone(`${target}.new`, path);
    unfinished = `${target}.new`;
    try {
      writeSync(file, `${JSON.stringify(change(readSettings(path) ?? {}), null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, target);
  } catch (error) {
    if (unfinished !== undefined) rmSync(unfinished, { force: true });
    if (error instanceof CommandError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(1, `The settings file ${path} cannot be written (${code}).`, error);
  }
}

/** Where symbolic links lead, also when nothing is there yet. */
function targetOf(path: string): string {
  let target = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = lstatSync(target, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) return target;
    if (!found.isSymbolicLink()) throw new CommandError(1, `The settings file ${path} is no file.`);
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw new CommandError(1, `The settings file ${path} cannot be written (ELOOP).`);
}

/** Opens a file that nobody else has open. */
function openAlone(unfinished: string, path: string): number {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      return openSync(unfinished, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (waitedMs >= PATIENCE_MS) {
      throw new CommandError(
        1,
        `Another program is changing ${path}: try again, or remove ${unfinished} if there is none.`,
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}
