import { formatFiles, names, type Tree } from '@nx/devkit';
import { addTableRow } from '../markdown-table.ts';
import { requireFolderName, requireIdentifiers, requireName } from '../name.ts';
import { readTemplates, writeNewFiles } from '../new-files.ts';
import { Refusal } from '../refusal.ts';
import { templateIdentifiers } from '../template-identifiers.ts';

const examples = 'docs/examples';
const templates = `${import.meta.dirname}/files`;

/** Writes an example: a program, its workflow, a spec of it and its row in the list of examples. */
export async function exampleGenerator(tree: Tree, options: { readonly name?: string }): Promise<void> {
  const name = requireName(options.name, 'example');
  requireFolderName(name, 'example');
  const substitutions = { name, propertyName: names(name).propertyName };
  requireIdentifiers(name, 'example', templateIdentifiers(readTemplates(templates), substitutions));
  const folder = `${examples}/${name}`;
  if (tree.exists(folder)) throw new Refusal(`there is a ${folder} already; take another name`);
  writeNewFiles(tree, templates, substitutions);
  addTableRow(tree, `${examples}/README.md`, '| example ', [
    `[${name}](${name}/workflow.ts)`,
    'says in a line what a text is about: `sequential`, `parallel`, `retry`, `timeout`',
    `\`node ${examples}/dist/${name}/main.js [file]\``,
  ]);
  await formatFiles(tree);
}
