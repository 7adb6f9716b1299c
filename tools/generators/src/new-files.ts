import { readdirSync } from 'node:fs';
import { generateFiles, type Tree } from '@nx/devkit';
import { Refusal } from './refusal.ts';

/**
 * Fills in templates: `__name__` in their paths and `<%= name %>` in their texts. They lie as their files will lie
 * in the workspace, and end in `.template`.
 *
 * @param templates - Absolute path of their folder.
 * @throws Refusal when one of the files is there already.
 */
export function writeNewFiles(
  tree: Tree,
  templates: string,
  substitutions: Readonly<Record<string, string>>,
): void {
  const files = readdirSync(templates, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((path) => path.endsWith('.template'))) {
    const path = Object.entries(substitutions).reduce(
      (filled, [key, value]) => filled.replaceAll(`__${key}__`, value),
      file.slice(0, -'.template'.length),
    );
    if (tree.exists(path))
      throw new Refusal(`there is a ${path} already; take another name, or remove it first`);
  }
  generateFiles(tree, templates, '.', substitutions);
}
