import { formatFiles, names, type Tree } from '@nx/devkit';
import { addExport, exportedNames } from '../exports.ts';
import { requireIdentifiers, requireName } from '../name.ts';
import { writeNewFiles } from '../new-files.ts';

const index = 'packages/primitives/src/index.ts';

/** Writes a primitive with one step, and all that belongs to it. */
export async function primitiveGenerator(tree: Tree, options: { readonly name?: string }): Promise<void> {
  const name = requireName(options.name, 'primitive');
  requireIdentifiers(name, 'primitive', exportedNames(tree.read(index, 'utf8') ?? ''));
  const { propertyName, className } = names(name);
  writeNewFiles(tree, `${import.meta.dirname}/files`, { name, propertyName, className });
  addExport(tree, index, `${name}.ts`, [propertyName, `type ${className}Options`]);
  await formatFiles(tree);
}
