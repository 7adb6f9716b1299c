import { randomUUID } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { CommandError } from '../command-error.ts';
import { targetFolder } from './target-folder.ts';

export interface NewFileOptions {
  /** Whether a file that is there already is replaced. */
  readonly replaces: boolean;
}

/**
 * Writes a file that only the user can read. It has another name until it is complete, and when that fails nothing is
 * left of it.
 *
 * @returns its size in bytes.
 * @throws CommandError when it cannot be written, or is there already; and what the parts throw.
 */
export async function writeNewFile(
  path: string,
  parts: AsyncIterable<string>,
  { replaces }: NewFileOptions,
): Promise<number> {
  targetFolder(path);
  await refuseOther(path, replaces);
  const unfinished = `${path}.unfinished-${randomUUID()}`;
  const file = await attempt(path, () => open(unfinished, 'wx', 0o600));
  let bytes = 0;
  try {
    try {
      for await (const part of parts) {
        const buffer = Buffer.from(part);
        await attempt(path, () => file.writeFile(buffer));
        bytes += buffer.length;
      }
      await attempt(path, () => file.sync());
    } finally {
      await file.close();
    }
    await attempt(path, () => giveName(unfinished, path, replaces));
  } finally {
    await rm(unfinished, { force: true });
  }
  return bytes;
}

/** What is no file, such as a folder or a device, is never replaced. */
async function refuseOther(path: string, replaces: boolean): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile() && !found.isSymbolicLink()) {
    throw new CommandError(1, `${path} is no file: name another with --out.`);
  }
  if (!replaces) throw alreadyThere(path);
}

async function giveName(unfinished: string, path: string, replaces: boolean): Promise<void> {
  if (replaces) return rename(unfinished, path);
  try {
    // Fails when something has got the name meanwhile, as a rename would not.
    await link(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(path);
    // There are no hard links here.
    await rename(unfinished, path);
  }
}

async function attempt<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new CommandError(1, `Cannot write ${path} (${reason}): name another file with --out.`, error);
  }
}

function alreadyThere(path: string): CommandError {
  return new CommandError(1, `${path} is there already: name another file, or replace it with --force.`);
}
