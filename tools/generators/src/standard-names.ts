import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createSourceFile,
  getDefaultLibFilePath,
  isClassDeclaration,
  isFunctionDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isModuleDeclaration,
  isTypeAliasDeclaration,
  isVariableStatement,
  type NamedDeclaration,
  ScriptTarget,
  type Statement,
} from 'typescript';

let known: ReadonlySet<string> | undefined;

/**
 * JavaScript's own names, of values and of types, as TypeScript's library declares them: the same on each Node
 * and inside a test runner, which adds names of its own to the global object.
 */
export function standardNames(): ReadonlySet<string> {
  known ??= new Set(['undefined', 'globalThis', ...namesOfLibrary('lib.esnext.d.ts', new Set())]);
  return known;
}

/** Of a file of the library, and of those that it refers to. */
function namesOfLibrary(file: string, seen: Set<string>): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(join(dirname(getDefaultLibFilePath({})), file), 'utf8');
  const { statements, libReferenceDirectives } = createSourceFile(file, text, ScriptTarget.Latest);
  return [
    ...statements.flatMap(namesOf),
    ...libReferenceDirectives.flatMap(({ fileName }) => namesOfLibrary(`lib.${fileName}.d.ts`, seen)),
  ];
}

function namesOf(statement: Statement): readonly string[] {
  return declarationsIn(statement).flatMap(({ name }) => (name && isIdentifier(name) ? [name.text] : []));
}

function declarationsIn(statement: Statement): readonly NamedDeclaration[] {
  if (isVariableStatement(statement)) return statement.declarationList.declarations;
  const isNamed =
    isClassDeclaration(statement) ||
    isFunctionDeclaration(statement) ||
    isInterfaceDeclaration(statement) ||
    isModuleDeclaration(statement) ||
    isTypeAliasDeclaration(statement);
  return isNamed ? [statement] : [];
}
