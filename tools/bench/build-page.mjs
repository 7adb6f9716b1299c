import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const web = fileURLToPath(new URL('../../packages/web', import.meta.url));

/**
 * Builds the page as a user gets it, in a folder of its own: another process may serve the one in `dist`.
 *
 * @returns the folder, the bytes of the script that the page begins with and of those that it cannot begin without, as they
 * are and after gzip, and what removes the folder.
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
  const scripts = scriptsOf(join(pageDir, entry)).map((file) => readFileSync(file));
  return {
    pageDir,
    bytes: sum(scripts.map(({ length }) => length)),
    gzipBytes: sum(scripts.map((script) => gzipSync(script, { level: 9 }).length)),
    remove: () => rmSync(pageDir, { recursive: true, force: true }),
  };
}

/** A script and all that it imports at its beginning; what it imports later has parentheses. */
function scriptsOf(entry) {
  const files = new Set([entry]);
  for (const file of files) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(
      /(?:from|import)\s*["']\.\/([^"']+\.js)["']/g,
    )) {
      files.add(join(dirname(file), name));
    }
  }
  return [...files];
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
