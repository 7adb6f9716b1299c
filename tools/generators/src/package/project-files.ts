import { readJson, type Tree, writeJson } from '@nx/devkit';
import type { Layer } from './layer.ts';

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly repository: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}

/** The package that the others take after: all have one version, licence, repository and range of Node. */
const sibling = 'packages/context/package.json';

const packageOf = (folder: string): string => `@tta/obs-${folder}`;
const referenceTo = (path: string): { path: string } => ({ path });
const libraryOf = (folder: string): { path: string } => referenceTo(`../${folder}/tsconfig.lib.json`);

/** Writes the manifest, which says what the package depends on, and the compiler's settings, which follow it. */
export function writeProjectFiles(tree: Tree, name: string, layer: Layer): void {
  const folder = `packages/${name}`;
  const { imports, specImports } = layer;
  writeJson(tree, `${folder}/package.json`, manifestOf(tree, name, layer));
  const base = { extends: '../../tsconfig.base.json' };
  writeJson(tree, `${folder}/tsconfig.json`, {
    ...base,
    files: [],
    include: [],
    references: [referenceTo('./tsconfig.lib.json'), referenceTo('./tsconfig.spec.json')],
  });
  writeJson(tree, `${folder}/tsconfig.lib.json`, {
    ...base,
    compilerOptions: {
      rootDir: 'src',
      outDir: 'dist',
      tsBuildInfoFile: 'dist/tsconfig.lib.tsbuildinfo',
    },
    include: ['src/**/*.ts'],
    exclude: ['src/**/*.spec.ts'],
    references: [...imports, ...specImports].map(libraryOf),
  });
  writeJson(tree, `${folder}/tsconfig.spec.json`, {
    ...base,
    compilerOptions: {
      rootDir: '.',
      outDir: 'out-tsc/spec',
      tsBuildInfoFile: 'out-tsc/spec/tsconfig.spec.tsbuildinfo',
      emitDeclarationOnly: true,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
    },
    include: ['src/**/*.spec.ts', 'test/**/*.ts'],
    references: [...specImports.map(libraryOf), referenceTo('./tsconfig.lib.json')],
  });
}

function manifestOf(
  tree: Tree,
  name: string,
  { name: layer, description, imports, specImports }: Layer,
): object {
  const { version, license, repository, engines } = readJson<Manifest>(tree, sibling);
  const ranges = (folders: readonly string[]) =>
    Object.fromEntries(folders.map((folder) => [packageOf(folder), version]));
  return {
    name: packageOf(name),
    version,
    description: `${description.charAt(0).toUpperCase()}${description.slice(1)}`,
    type: 'module',
    sideEffects: false,
    license,
    repository: { ...repository, directory: `packages/${name}` },
    engines,
    files: ['dist', 'src', '!**/*.tsbuildinfo', '!**/*.spec.ts'],
    exports: {
      '.': { '@tta/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    ...(imports.length > 0 && { dependencies: ranges(imports) }),
    ...(specImports.length > 0 && { devDependencies: ranges(specImports) }),
    // What it imports shares the user's copy of the API.
    ...(imports.length > 0 && { peerDependencies: { '@opentelemetry/api': '>=1.9.0 <1.11.0' } }),
    nx: { tags: [`layer:${layer}`, `pkg:${name}`] },
  };
}
