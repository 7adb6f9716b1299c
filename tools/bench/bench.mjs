/**
 * npm run bench -- <name …> [--json]
 *
 * Runs benchmarks, each against its named rivals in one run on this machine, and prints a table. A goal
 * that is missed makes the exit code 1, unless docs/benchmarks.md lists it as missed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from './table.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const known = readdirSync(here)
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.slice(0, -'.bench.mjs'.length))
  .sort();

const usage = `Usage: npm run bench -- <name …> [--json]

Benchmarks: ${known.join(', ')}   (without a name: all)

  --json   print one JSON document on standard output instead of tables
  --help   print this

Exit code: 0 when every goal is met or listed in docs/benchmarks.md, 1 when one is missed, 2 for bad usage.`;

const progress = (text) => process.stderr.write(`${text}\n`);

function parse() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw new Error(`there is no benchmark "${unknown}"; there are ${known.join(', ')}`);
    return { ...values, names: positionals.length > 0 ? positionals : known };
  } catch (error) {
    progress(`error: ${error.message}`);
    process.exit(2);
  }
}

/** Rivals stay out of the workspace's own dependencies; they are installed here when first needed. */
function installRivals() {
  if (existsSync(new URL('node_modules/.package-lock.json', import.meta.url))) return;
  progress('installing the rivals');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    stdio: ['ignore', 2, 2],
  });
}

function build() {
  execFileSync(
    process.execPath,
    [
      'node_modules/ts7/bin/tsc',
      '-b',
      'packages/cli/tsconfig.lib.json',
      'packages/obs/tsconfig.lib.json',
      'packages/primitives/tsconfig.lib.json',
    ],
    { cwd: root, stdio: ['ignore', 2, 2] },
  );
}

/** Goals that docs/benchmarks.md admits to be missed: lines "- missed: <benchmark>: <goal>". */
function listedAsMissed() {
  const path = new URL('../../docs/benchmarks.md', import.meta.url);
  if (!existsSync(path)) return new Set();
  return new Set(
    [...readFileSync(path, 'utf8').matchAll(/^- missed: (.+)$/gm)].map(([, entry]) => entry.trim()),
  );
}

const { json, help, names } = parse();
if (help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
installRivals();
build();

const admitted = listedAsMissed();
const format = (value, unit) => `${value >= 100 ? Math.round(value) : value.toFixed(2)} ${unit}`;
const document = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  benchmarks: {},
};
let missed = 0;
for (const name of names) {
  const benchmark = await import(`./${name}.bench.mjs`);
  progress(`${name}: ${benchmark.title} …`);
  const { rows, goals } = await benchmark.run({ progress });
  const judged = goals.map((goal) => {
    const met = goal.value <= goal.limit;
    return { ...goal, met, admitted: !met && admitted.has(`${name}: ${goal.goal}`) };
  });
  missed += judged.filter(({ met, admitted }) => !met && !admitted).length;
  document.benchmarks[name] = { title: benchmark.title, rows, goals: judged };
  if (json) continue;
  const goalRows = judged.map(({ goal, value, limit, unit, met, admitted }) => ({
    goal,
    measured: format(value, unit),
    limit: `≤ ${limit} ${unit}`,
    '': met ? 'met' : admitted ? 'missed, listed' : 'MISSED',
  }));
  process.stdout.write(`\n${benchmark.title}\n\n${table(rows)}\n\n${table(goalRows)}\n`);
}
if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
else
  process.stdout.write(`\nNode ${process.version}, ${document.cores} × ${document.cpu}, ${document.date}\n`);
process.exit(missed > 0 ? 1 : 0);
