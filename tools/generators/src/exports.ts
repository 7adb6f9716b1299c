import type { Tree } from '@nx/devkit';
import {
  createSourceFile,
  type ExportDeclaration,
  isExportDeclaration,
  isNamedExports,
  isStringLiteral,
  ScriptTarget,
} from 'typescript';
import { readText } from './read-text.ts';

/** Everything that an `index.ts` exports by name, types as well. */
export function exportedNames(source: string): ReadonlySet<string> {
  return new Set(
    exportDeclarations(source).flatMap(({ exportClause }) =>
      exportClause && isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name.text) : [],
    ),
  );
}

/**
 * Adds a line such as `export { debounce } from './debounce.ts'` where the order of the files puts it.
 *
 * @param names - What stands between the braces.
 */
export function addExport(tree: Tree, index: string, file: string, names: readonly string[]): void {
  const source = readText(tree, index);
  const line = `export { ${names.join(', ')} } from './${file}';`;
  const before = exportDeclarations(source)
    .filter((declaration) => fileOf(declaration).startsWith('./'))
    .findLast((declaration) => isBefore(fileOf(declaration), `./${file}`));
  const at = before?.end;
  tree.write(index, at ? `${source.slice(0, at)}\n${line}${source.slice(at)}` : `${line}\n${source}`);
}

function exportDeclarations(source: string): readonly ExportDeclaration[] {
  return createSourceFile('index.ts', source, ScriptTarget.Latest).statements.filter(isExportDeclaration);
}

/** Nothing for what a file exports of its own. */
function fileOf({ moduleSpecifier }: ExportDeclaration): string {
  return moduleSpecifier && isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
}

/** Without their endings: `sequential.ts` stands before `sequential-signatures.ts`. */
function isBefore(one: string, other: string): boolean {
  return one.replace(/\.ts$/, '') < other.replace(/\.ts$/, '');
}
