/**
 * Stands in for the module of the same name in specs: a worker thread cannot run the sources as Jest does, so the
 * thread's program is bundled from them, anew for each spec file that starts a service.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

// Beside the sources, so that the bundle finds the same SQLite.
const directory = fileURLToPath(new URL('../../packages/server/out-tsc/', import.meta.url));
const bundle = join(directory, 'storage-thread.mjs');

mkdirSync(directory, { recursive: true });
const unfinished = mkdtempSync(join(directory, 'storage-thread-'));
buildSync({
  entryPoints: [
    fileURLToPath(new URL('../../packages/server/src/thread/storage-thread.ts', import.meta.url)),
  ],
  outfile: join(unfinished, 'storage-thread.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@tta/source'],
  external: ['libsql'],
});
// At once: spec files run side by side.
renameSync(join(unfinished, 'storage-thread.mjs'), bundle);
rmSync(unfinished, { recursive: true });

export const storageThreadUrl = pathToFileURL(bundle);
