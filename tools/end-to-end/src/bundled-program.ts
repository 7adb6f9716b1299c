import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
/** What the service runs in threads: it looks for it beside its own program. */
const storageThread = fileURLToPath(
  new URL('../../../packages/server/src/thread/storage-thread.ts', import.meta.url),
);

/**
 * Bundles a program of this folder with the sources of the packages it imports, for a process of its own.
 *
 * @returns The path of the bundle.
 */
export async function bundleProgram(name: string): Promise<string> {
  // One level below the package, like src and dist: the service reads ../package.json.
  const directory = join(packageDirectory, 'out-tsc');
  await mkdir(directory, { recursive: true });
  const bundle = `${name}-${process.pid}`;
  const program = { in: join(packageDirectory, 'programs', `${name}.ts`), out: bundle };
  await build({
    entryPoints: name === 'service' ? [program, { in: storageThread, out: 'storage-thread' }] : [program],
    outdir: directory,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tta/source'],
    external: ['fastify', 'libsql', 'ws'],
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
  });
  return join(directory, `${bundle}.js`);
}
