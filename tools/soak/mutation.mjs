/**
 * node tools/soak/mutation.mjs [primitive …]
 *
 * Changes primitives in every small way that Stryker knows, one at a time, and sees whether their specs notice.
 * Lists what they do not; exit code 1 where they notice less than 80 % for one of them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../bench/install-packages.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const report = `${root}/.cache/stryker/report.json`;
const leastScore = 80;
const known = ['retry', 'timeout', 'cache', 'circuit-breaker', 'saga'];

const names = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`error: "${unknown}" is not mutated; there are ${known.join(', ')}\n`);
  process.exit(2);
}
installPackages(new URL('.', import.meta.url));

function mutantsOf(name) {
  mkdirSync(`${root}/.cache/stryker`, { recursive: true });
  rmSync(report, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [`${here}/node_modules/@stryker-mutator/core/bin/stryker.js`, 'run', `${here}/mutation.config.mjs`],
    {
      cwd: `${root}/packages/primitives`,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, TTA_MUTATED: name },
    },
  );
  if (status !== 0 || !existsSync(report)) throw new Error(`${name}: Stryker failed, see above`);
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, file })),
  );
}

let failed = false;
for (const name of names) {
  const mutants = mutantsOf(name);
  const having = (...statuses) => mutants.filter(({ status }) => statuses.includes(status));
  const noticed = having('Killed', 'Timeout').length;
  const unnoticed = having('Survived', 'NoCoverage');
  const score = (100 * noticed) / (noticed + unnoticed.length);
  if (!(score >= leastScore)) failed = true;
  for (const { file, location, mutatorName, replacement, status } of unnoticed) {
    process.stdout.write(`  ${file}:${location.start.line} ${status}, ${mutatorName}: ${replacement}\n`);
  }
  process.stdout.write(
    `${name}: ${score.toFixed(1)} % of ${noticed + unnoticed.length} changes noticed, ${leastScore} % at least\n`,
  );
}
process.exit(failed ? 1 : 0);
