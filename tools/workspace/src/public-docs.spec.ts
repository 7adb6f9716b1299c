import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { readProjects } from './manifests.ts';
import { workspaceRoot } from './workspace-root.ts';

/** Every package that others build on; what the types of a contract mean stands in their fields. */
const packages = readProjects()
  .filter(({ manifest }) => !manifest.nx?.tags?.some((tag) => /^layer:(app|contract|tool)$/.test(tag)))
  .map(({ folder }) => folder.replace('packages/', ''));
const indexOf = (folder: string): string => join(workspaceRoot, 'packages', folder, 'src/index.ts');

const program = ts.createProgram(packages.map(indexOf), {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@tta/source'],
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
});
const checker = program.getTypeChecker();

/** What a package exports of its own, or of another package here. */
function exportsOf(folder: string): ts.Symbol[] {
  const source = program.getSourceFile(indexOf(folder));
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${folder} exports nothing`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

/** A sentence, or tags that say as much. */
function isDocumented(symbol: ts.Symbol): boolean {
  return symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0;
}

describe.each(packages)('the exports of %s', (folder) => {
  it('say what they are for', () => {
    const symbols = exportsOf(folder);
    expect(symbols).not.toHaveLength(0);
    expect(symbols.filter((symbol) => !isDocumented(symbol)).map(({ name }) => name)).toEqual([]);
  });
});
