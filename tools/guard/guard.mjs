/**
 * npm run guard -- [name …] [--json] [--limits <file>]
 *
 * Fails when something has become slower or larger than it may ever be. The limits are several times what is
 * measured, so that a busy machine does not fail it: `npm run bench` tells small differences.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { buildLibraries } from '../bench/build-libraries.mjs';
import { table } from '../bench/table.mjs';
import * as hotPath from './hot-path.mjs';
import * as size from './size.mjs';
import * as thousandTraces from './thousand-traces.mjs';
import * as types from './types.mjs';

const guards = { types, 'hot-path': hotPath, size, 'thousand-traces': thousandTraces };

const usage = `Usage: npm run guard -- [name …] [--json] [--limits <file>]

Guards (without a name: all):

${Object.entries(guards)
  .map(([name, { title, measured }]) => `  ${name}: ${title}\n    ${measured.replaceAll('\n', '\n    ')}`)
  .join('\n\n')}

  --json            print one JSON document on standard output instead of a table
  --limits <file>   other limits than those of tools/guard/limits.json
  --help            print this

Exit code: 0 when every limit is kept, 1 when one is not, 2 for bad usage.`;

const progress = (text) => process.stderr.write(`${text}\n`);

function parse() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, limits: { type: 'string' }, help: { type: 'boolean' } },
    });
    const unknown = positionals.find((name) => !Object.hasOwn(guards, name));
    if (unknown !== undefined)
      throw new Error(`there is no guard "${unknown}"; there are ${Object.keys(guards).join(', ')}`);
    const file = values.limits ?? new URL('limits.json', import.meta.url);
    return {
      ...values,
      names: positionals.length > 0 ? positionals : Object.keys(guards),
      limits: JSON.parse(readFileSync(file, 'utf8')),
    };
  } catch (error) {
    progress(`error: ${error.message}`);
    process.exit(2);
  }
}

/** A figure without a limit is a mistake in the limits, not a figure that may be anything. */
function limitOf(limits, name, figure) {
  const limit = limits[name]?.[figure];
  if (typeof limit !== 'number') throw new Error(`there is no limit for ${name}: ${figure}`);
  return limit;
}

const { json, help, names, limits } = parse();
if (help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
buildLibraries('packages/primitives', 'packages/server');

const figures = [];
try {
  for (const name of names) {
    progress(`${name}: ${guards[name].title} …`);
    for (const found of await guards[name].run()) {
      const limit = limitOf(limits, name, found.figure);
      figures.push({ guard: name, ...found, limit, kept: found.value <= limit });
    }
  }
} catch (error) {
  progress(`error: ${error.message}`);
  process.exit(1);
}
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
if (json) {
  process.stdout.write(`${JSON.stringify({ ...machine, figures }, null, 2)}\n`);
} else {
  const format = (value, unit) => `${value >= 100 ? Math.round(value) : value.toFixed(2)} ${unit}`;
  const rows = figures.map(({ guard, figure, value, unit, limit, about, kept }) => ({
    guard,
    figure,
    measured: format(value, unit),
    limit: `≤ ${limit} ${unit}`,
    '': kept ? 'kept' : 'EXCEEDED',
    of: about,
  }));
  process.stdout.write(`\n${table(rows)}\n\nNode ${machine.node}, ${machine.cores} × ${machine.cpu}\n`);
}
process.exit(figures.every(({ kept }) => kept) ? 0 : 1);
