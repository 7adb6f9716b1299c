import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const oldestNode = [20, 19];

/** One line for the user when this Node is too old, otherwise undefined. */
export function nodeComplaint(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `Node ${version} is too old: install Node ${oldestNode.join('.')} or newer`;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Whether npm's own record of node_modules holds everything that the lock file demands. */
export function isInstalled(lock, record) {
  return Object.entries(lock.packages).every(([path, { link, optional, devOptional, version }]) => {
    const insideModules = path.includes('node_modules/');
    return !insideModules || link || optional || devOptional || record.packages[path]?.version === version;
  });
}

function npmCommand() {
  const entry = process.env.npm_execpath;
  if (entry !== undefined && basename(entry) === 'npm-cli.js') return [process.execPath, entry];
  return ['npm'];
}

/**
 * Installs the dependencies with `npm ci`, unless what the lock file says is installed already.
 *
 * The hash of the lock file is kept beside the installed packages, so that the usual start compares two
 * lines; a tree that npm has installed by itself is recognised by npm's own record.
 *
 * @returns whether the dependencies are there; when not, npm has said why.
 */
export function ensureInstalled(root) {
  const lockFile = join(root, 'package-lock.json');
  const hashFile = join(root, 'node_modules', '.tta-lock-hash');
  const recordFile = join(root, 'node_modules', '.package-lock.json');
  const lockText = readFileSync(lockFile);
  const hash = createHash('sha256').update(lockText).digest('hex');
  const rememberHash = () => writeFileSync(hashFile, `${hash}\n`);

  if (existsSync(recordFile)) {
    if (existsSync(hashFile) && readFileSync(hashFile, 'utf8').trim() === hash) return true;
    if (isInstalled(JSON.parse(lockText.toString()), readJson(recordFile))) {
      rememberHash();
      return true;
    }
  }
  console.log('Installing dependencies (npm ci) ...');
  const began = process.hrtime.bigint();
  const [command, ...entry] = npmCommand();
  const { status, error } = spawnSync(
    command,
    [...entry, 'ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) {
    console.error(
      `npm ci failed in ${root}${error ? `: ${error.message}` : ''}; mend what npm says and start again`,
    );
    return false;
  }
  rememberHash();
  console.log(`Installed dependencies in ${seconds(began)}`);
  return true;
}

/** Time since a mark of `process.hrtime.bigint()`, for a person. */
export function seconds(began) {
  return `${(Number(process.hrtime.bigint() - began) / 1e9).toFixed(1)} s`;
}
