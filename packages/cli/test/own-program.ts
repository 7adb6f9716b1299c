import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
// One level below the package, like src and dist: it reads ../package.json.
const directory = join(packageDirectory, 'out-tsc');

/** Bundles `tta-obs` from the sources. @returns what runs it in a process of its own. */
export async function bundleOwnProgram(): Promise<readonly [string, string]> {
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, `tta-obs-${process.pid}.mjs`);
  const shared: BuildOptions = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tta/source'],
    external: ['fastify', 'libsql', 'ws'],
  };
  await build({
    ...shared,
    stdin: {
      contents: `import { runProcess } from './src/process.ts'; process.exitCode = await runProcess(process.argv.slice(2));`,
      resolveDir: packageDirectory,
    },
    outfile,
  });
  await build({
    ...shared,
    entryPoints: [join(packageDirectory, '..', 'server', 'src', 'thread', 'storage-thread.ts')],
    outfile: join(directory, 'storage-thread.js'),
  });
  return [process.execPath, outfile];
}
