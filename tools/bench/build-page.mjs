import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const web = fileURLToPath(new URL('../../packages/web', import.meta.url));

/**
 * Builds the page as a user gets it, in a folder of its own: another process may serve the one in `dist`.
 *
 * @returns the folder, the bytes of the script that the page begins with, as they are and after gzip, and what removes the
 * folder.
 */
export function buildPage() {
  const pageDir = mkdtempSync(join(tmpdir(), 'tta-page-'));
  execFileSync(
    'npx',
    ['--no-install', 'vite', 'build', '--logLevel', 'warn', '--outDir', pageDir, '--emptyOutDir'],
    {
      cwd: web,
      // Whatever runs this: anything else leaves checks for developers in.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 2, 2],
    },
  );
  const [, entry] = /<script type="module"[^>]* src="\.\/([^"]+)"/.exec(
    readFileSync(join(pageDir, 'index.html'), 'utf8'),
  );
  const script = readFileSync(join(pageDir, entry));
  return {
    pageDir,
    bytes: script.length,
    gzipBytes: gzipSync(script, { level: 9 }).length,
    remove: () => rmSync(pageDir, { recursive: true, force: true }),
  };
}
