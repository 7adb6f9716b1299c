import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateFiles, type Tree } from '@nx/devkit';
import { Refusal } from './refusal.ts';

const ending = '.template';

/**
 * Fills in templates: `__name__` in their paths and `<%= name %>` in their texts. They lie as their files will lie
 * in the workspace.
 *
 * @param folder - Absolute path of the templates.
 * @throws Refusal when one of the files is there already.
 */
export function writeNewFiles(
  tree: Tree,
  folder: string,
  substitutions: Readonly<Record<string, string>>,
): void {
  for (const template of templatesIn(folder)) {
    const file = Object.entries(substitutions).reduce(
      (path, [key, value]) => path.replaceAll(`__${key}__`, value),
      template.slice(0, -ending.length),
    );
    if (tree.exists(file))
      throw new Refusal(`there is a ${file} already; take another name, or remove it first`);
  }
  generateFiles(tree, folder, '.', substitutions);
}

/** What templates import by name: nothing else in their files can be called so. */
export function importedNames(folder: string): readonly string[] {
  const imports = templatesIn(folder).flatMap((template) => [
    ...readFileSync(join(folder, template), 'utf8').matchAll(/^import (?:type )?\{([^}]*)\}/gm),
  ]);
  return imports.flatMap(([, list = '']) => list.split(',').map((name) => name.trim().replace(/^type /, '')));
}

function templatesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(ending));
}
