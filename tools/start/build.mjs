import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { seconds } from './installation.mjs';

/** Runs one build step; says nothing when it succeeds, shows what it printed when it fails. */
function run(root, title, args, cwd = root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  if (status === 0) return true;
  process.stderr.write(`${stdout}${stderr}`);
  console.error(`${title} failed: mend what is said above and start again`);
  return false;
}

/** Compiles the command line, the example and all they use; what is unchanged costs a look. */
export function compile(root) {
  const fresh = !existsSync(join(root, 'packages/cli/dist'));
  const began = process.hrtime.bigint();
  const done = run(root, 'The build', [
    join(root, 'node_modules/ts7/bin/tsc'),
    '-b',
    'packages/cli/tsconfig.lib.json',
    'docs/examples/tsconfig.lib.json',
  ]);
  if (done && fresh) console.log(`Built the packages in ${seconds(began)}`);
  return done;
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Builds the page when one of its sources is newer than the page. */
export function buildPage(root) {
  const web = join(root, 'packages/web');
  const page = join(web, 'dist/index.html');
  const sources = [
    'packages/web/src',
    'packages/web/index.html',
    'packages/web/public',
    'packages/web/package.json',
    'packages/web/vite.config.ts',
    'packages/web/vite.config.mjs',
    'packages/protocol/src',
    'package-lock.json',
  ];
  const newestSource = Math.max(...sources.map((source) => newest(join(root, source))));
  if (existsSync(page) && statSync(page).mtimeMs >= newestSource) return true;

  const began = process.hrtime.bigint();
  const vite = createRequire(join(web, 'package.json')).resolve('vite/package.json');
  const done = run(root, 'The build of the page', [join(vite, '../bin/vite.js'), 'build'], web);
  if (done) console.log(`Built the page in ${seconds(began)}`);
  return done;
}
