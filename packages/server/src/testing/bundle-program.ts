import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));
// One level below the package, like src and dist: programs find the same packages and ../package.json.
const directory = join(packageDirectory, 'out-tsc');

/**
 * Bundles a program of the sources that a process of its own can run.
 *
 * @param source - May import `./src/…`.
 * @returns its path.
 */
export async function bundleProgram(name: string, source: string): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, name);
  await build({
    stdin: { contents: source, resolveDir: packageDirectory },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tta/source'],
    external: ['fastify', 'libsql', 'ws'],
  });
  return outfile;
}
