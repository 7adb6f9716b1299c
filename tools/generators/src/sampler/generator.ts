import { formatFiles, names, type Tree } from '@nx/devkit';
import { addExport, exportedNames } from '../exports.ts';
import { addTableRow } from '../markdown-table.ts';
import { requireIdentifiers, requireName } from '../name.ts';
import { readTemplates, writeNewFiles } from '../new-files.ts';
import { readText } from '../read-text.ts';
import { templateIdentifiers } from '../template-identifiers.ts';

const folder = 'packages/tracing';
const templates = `${import.meta.dirname}/files`;

/** Writes a part of a composite sampler, and all that belongs to it. */
export async function samplerGenerator(tree: Tree, options: { readonly name?: string }): Promise<void> {
  const name = requireName(options.name, 'sampler');
  const exported = exportedNames(readText(tree, `${folder}/src/index.ts`));
  const { propertyName, className } = names(name);
  const substitutions = { name, propertyName, className };
  requireIdentifiers(name, 'sampler', templateIdentifiers(readTemplates(templates), substitutions), exported);
  writeNewFiles(tree, templates, substitutions);
  addExport(tree, `${folder}/src/index.ts`, `sampling/${name}.ts`, [
    propertyName,
    `type ${className}Options`,
  ]);
  addTableRow(tree, `${folder}/README.md`, '| part ', [
    `\`${propertyName}({ ratio })\``,
    'that share of the traces',
  ]);
  await formatFiles(tree);
}
