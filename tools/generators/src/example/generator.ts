import { formatFiles, names, type Tree } from '@nx/devkit';
import { addTableRow } from '../markdown-table.ts';
import { requireIdentifiers, requireName } from '../name.ts';
import { writeNewFiles } from '../new-files.ts';
import { Refusal } from '../refusal.ts';

const examples = 'docs/examples';

/** Beside the examples, what their build and their tests write. */
const written = ['dist', 'out-tsc', 'coverage'];

/** What the templates call otherwise. */
const taken = new Set(
  (
    'describe expect faults file initializeObservability it lambda matchers mostUsed named obs ' +
    'observed outcome parallel process readFile readText retry running sequential timeout trace wordsOf'
  ).split(' '),
);

/** Writes an example: a program, its workflow, a spec of it and its row in the list of examples. */
export async function exampleGenerator(tree: Tree, options: { readonly name?: string }): Promise<void> {
  const name = requireName(options.name, 'example');
  requireIdentifiers(name, 'example', taken);
  const folder = `${examples}/${name}`;
  if (tree.exists(folder) || written.includes(name)) {
    throw new Refusal(`"${name}" is no name for an example: ${folder} is there already; take another`);
  }
  writeNewFiles(tree, `${import.meta.dirname}/files`, { name, propertyName: names(name).propertyName });
  addTableRow(tree, `${examples}/README.md`, '| example ', [
    `[${name}](${name}/workflow.ts)`,
    'says in a line what a text is about: `sequential`, `parallel`, `retry`, `timeout`',
    `\`node ${examples}/dist/${name}/main.js [file]\``,
  ]);
  await formatFiles(tree);
}
