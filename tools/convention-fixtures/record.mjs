import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installNode, installPackages } from '../bench/install-packages.mjs';

/** Several of the SDKs need a newer Node than the repository does. */
const NODE_VERSION = '24.21.0';

const here = new URL('./', import.meta.url);
const fixtures = new URL('../../packages/server/src/conventions/fixtures/', here);
const asked = process.argv.slice(2);
const names = readdirSync(new URL('sdks/', here)).map((file) => file.replace(/\.mjs$/, ''));
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`record: no such SDK: ${unknown.join(', ')}; one of ${names.join(', ')}\n`);
  process.exit(2);
}

installPackages(here);
const node = installNode(NODE_VERSION);
mkdirSync(fixtures, { recursive: true });
for (const name of asked.length > 0 ? asked : names) {
  // Each in a process of its own: all of them patch clients and register themselves.
  const output = execFileSync(
    node,
    ['--conditions=@tta/source', '--no-warnings', fileURLToPath(new URL(`sdks/${name}.mjs`, here))],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 60_000,
      env: { PATH: process.env.PATH },
    },
  );
  const recording = JSON.parse(output);
  const file = fileURLToPath(new URL(`${name}.json`, fixtures));
  writeFileSync(file, `${JSON.stringify(recording)}\n`);
  execFileSync('npx', ['prettier', '--log-level', 'warn', '--write', file], { cwd: fileURLToPath(here) });
  process.stdout.write(
    `${name}: ${Object.entries(recording.sdks)
      .map((one) => one.join(' '))
      .join(', ')}\n`,
  );
}
