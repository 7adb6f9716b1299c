import { type Tree, updateJson } from '@nx/devkit';
import { addTableRow, addToTableCell } from '../markdown-table.ts';
import type { Layer } from './layer.ts';

interface RootConfig {
  readonly references: readonly { readonly path: string }[];
}

/** Enters a package wherever the workspace lists its packages. */
export function enterPackage(tree: Tree, name: string, { name: layer, description }: Layer): void {
  const folder = `packages/${name}`;
  updateJson<RootConfig>(tree, 'tsconfig.json', (config) => ({
    ...config,
    references: [...config.references, { path: `./${folder}` }],
  }));
  addTableRow(tree, 'README.md', '| package ', [`[\`@tta/obs-${name}\`](${folder})`, description]);
  addToTableCell(tree, 'CONTRIBUTING.md', '| layer ', layer, `\`${name}\``);
  if (layer !== 'app') holdToLibraryRules(tree, name);
  // The packages of these layers need different things of others, so that each has a list of its own.
  if (layer === 'signal' || layer === 'support') limitImports(tree, name);
}

const eslintConfig = 'eslint.config.mjs';

/** Nothing on import, nothing ambient. */
function holdToLibraryRules(tree: Tree, name: string): void {
  replace(tree, /(const ambientFree =\s*'[^']+)'/, `$1,${name}'`);
}

/** No npm package but the API, until somebody decides otherwise. */
function limitImports(tree: Tree, name: string): void {
  const entry = `  { sourceTag: 'pkg:${name}', allowedExternalImports: [api] },\n`;
  replace(tree, /(const externalConstraints = \[\n(?:.*\n)*?)(\];\n)/, `$1${entry}$2`);
}

function replace(tree: Tree, pattern: RegExp, replacement: string): void {
  const source = tree.read(eslintConfig, 'utf8') ?? '';
  if (!pattern.test(source)) {
    throw new Error(`${eslintConfig} is not written as the generator knows it: ${pattern.source}`);
  }
  tree.write(eslintConfig, source.replace(pattern, replacement));
}
