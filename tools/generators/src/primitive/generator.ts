import { formatFiles, names, type Tree } from '@nx/devkit';
import { addExport, exportedNames } from '../exports.ts';
import { addTableRow } from '../markdown-table.ts';
import { requireIdentifiers, requireName } from '../name.ts';
import { readTemplates, writeNewFiles } from '../new-files.ts';
import { readText } from '../read-text.ts';
import { templateIdentifiers } from '../template-identifiers.ts';

const folder = 'packages/primitives';
const templates = `${import.meta.dirname}/files`;

/** Writes a primitive with one step, and all that belongs to it. */
export async function primitiveGenerator(tree: Tree, options: { readonly name?: string }): Promise<void> {
  const name = requireName(options.name, 'primitive');
  const exported = exportedNames(readText(tree, `${folder}/src/index.ts`));
  const { propertyName, className } = names(name);
  const substitutions = { name, propertyName, className, type: name.replaceAll('-', '_') };
  requireIdentifiers(
    name,
    'primitive',
    templateIdentifiers(readTemplates(templates), substitutions),
    exported,
  );
  writeNewFiles(tree, templates, substitutions);
  addExport(tree, `${folder}/src/index.ts`, `${name}.ts`, [propertyName, `type ${className}Options`]);
  addTableRow(tree, `${folder}/README.md`, '| function ', [
    `[\`${propertyName}(step, options?)\`](../../docs/primitives/${name}.md)`,
    'runs a step',
  ]);
  await formatFiles(tree);
}
