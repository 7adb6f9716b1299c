import type { Tree } from '@nx/devkit';

/**
 * The text of a file that this workspace has.
 *
 * @throws Error when it was moved, and the generator that adds to it was not told.
 */
export function readText(tree: Tree, path: string): string {
  const text = tree.read(path, 'utf8');
  if (text === null) throw new Error(`there is no ${path}, which this generator adds to`);
  return text;
}
