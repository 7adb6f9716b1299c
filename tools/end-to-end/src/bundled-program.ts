import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles a program of this folder with the sources of the packages it imports, for a process of its own.
 *
 * @returns The path of the bundle.
 */
export async function bundleProgram(name: string): Promise<string> {
  // One level below the package, like src and dist: the service reads ../package.json.
  const directory = join(packageDirectory, 'out-tsc');
  await mkdir(directory, { recursive: true });
  const outfile = join(directory, `${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(packageDirectory, 'programs', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tta/source'],
    external: ['fastify', 'libsql', 'ws'],
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
  });
  return outfile;
}
