/**
 * npm run bench -- <name …> [--only <primitive,…>] [--quick] [--json]
 *
 * Runs benchmarks, each against its named rivals in one run on this machine, and prints a table. A goal
 * that is missed makes the exit code 1, unless docs/benchmarks.md lists it as missed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildLibraries } from './build-libraries.mjs';
import { installPackages } from './install-packages.mjs';
import { table } from './table.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const known = readdirSync(here)
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.slice(0, -'.bench.mjs'.length))
  .sort();

const usage = `Usage: npm run bench -- <name …> [--only <primitive,…>] [--quick] [--json]

Benchmarks: ${known.join(', ')}   (without a name: all)

  --only <primitive,…>   of the benchmark "primitives" these alone, each against the same written by hand
  --quick                "ingest", "query" and "web" in a minute or two: shows that they work, their figures say little
  --json                 print one JSON document on standard output instead of tables
  --help                 print this

Exit code: 0 when every goal is met or listed in docs/benchmarks.md, 1 when one is missed, 2 for bad usage.`;

const progress = (text) => process.stderr.write(`${text}\n`);

function parse() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw new Error(`there is no benchmark "${unknown}"; there are ${known.join(', ')}`);
    const only = values.only?.split(',') ?? [];
    const none = only.find((name) => !existsSync(new URL(`primitives/${name}.mjs`, import.meta.url)));
    if (none !== undefined) throw new Error(`there is no primitive "${none}" in tools/bench/primitives`);
    return { ...values, only, names: positionals.length > 0 ? positionals : known };
  } catch (error) {
    progress(`error: ${error.message}`);
    process.exit(2);
  }
}

/** Goals that docs/benchmarks.md admits to be missed: lines "- missed: <benchmark>: <goal>". */
function listedAsMissed() {
  const path = new URL('../../docs/benchmarks.md', import.meta.url);
  if (!existsSync(path)) return new Set();
  return new Set(
    [...readFileSync(path, 'utf8').matchAll(/^- missed: (.+)$/gm)].map(([, entry]) => entry.trim()),
  );
}

const { json, help, only, quick, names } = parse();
if (help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
installPackages(new URL('.', import.meta.url));
buildLibraries('packages/cli', 'packages/obs', 'packages/primitives');

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
  const { rows, goals, tables = [] } = await benchmark.run({ progress, only, quick });
  const judged = goals.map((goal) => {
    const met = goal.atLeast === undefined ? goal.value <= goal.limit : goal.value >= goal.atLeast;
    return { ...goal, met, admitted: !met && admitted.has(`${name}: ${goal.goal}`) };
  });
  missed += judged.filter(({ met, admitted }) => !met && !admitted).length;
  document.benchmarks[name] = { title: benchmark.title, rows, tables, goals: judged };
  if (json) continue;
  const goalRows = judged.map(({ goal, value, limit, atLeast, unit, met, admitted }) => ({
    goal,
    measured: format(value, unit),
    limit: atLeast === undefined ? `≤ ${limit} ${unit}` : `≥ ${atLeast} ${unit}`,
    '': met ? 'met' : admitted ? 'missed, listed' : 'MISSED',
  }));
  const parts = [
    benchmark.title,
    table(rows),
    ...tables.flatMap(({ title, rows: of }) => [title, table(of)]),
  ];
  process.stdout.write(`\n${[...parts, table(goalRows)].filter(Boolean).join('\n\n')}\n`);
}
if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
else
  process.stdout.write(`\nNode ${process.version}, ${document.cores} × ${document.cpu}, ${document.date}\n`);
process.exit(missed > 0 ? 1 : 0);
