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
 * @throws Refusal when one of the files is there already, or two would be one.
 */
export function writeNewFiles(
  tree: Tree,
  folder: string,
  substitutions: Readonly<Record<string, string>>,
): void {
  const files = new Set<string>();
  for (const template of readTemplates(folder).keys()) {
    const file = Object.entries(substitutions).reduce(
      (path, [key, value]) => path.replaceAll(`__${key}__`, value),
      template.slice(0, -ending.length),
    );
    if (tree.exists(file))
      throw new Refusal(`there is a ${file} already; take another name, or remove it first`);
    if (files.has(file)) throw new Refusal(`two files would be ${file}; take another name`);
    files.add(file);
  }
  generateFiles(tree, folder, '.', substitutions);
}

/** The texts of the templates in a folder, by their paths below it. */
export function readTemplates(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(ending),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}
