/**
 * npm run soak -- [name …]
 *
 * Runs at full length what CI runs in a short form. Results belong into docs/soak.md, with their date.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Each is a spec that takes its length from the environment, or a script. */
const soaks = {
  kills: {
    about:
      '100 kill -9 of the service, under load and while it prunes, merges its log or migrates: nothing is lost',
    project: 'packages/server',
    spec: 'durability',
    env: { TTA_SOAK_KILLS: '100' },
  },
  'spool-kills': {
    about: '60 kill -9 of programs and of the service: every spooled span arrives',
    project: 'tools/end-to-end',
    spec: 'spool-kills',
    env: { TTA_SOAK_KILLS: '60' },
  },
  spool: {
    about:
      '60 kill -9 of processes that spool and adopt: nothing kept is missing, nothing comes twice but what was under way',
    project: 'packages/tracing',
    spec: 'disk-spool-processes',
    env: { TTA_SPOOL_KILLS: '60' },
  },
  memory: {
    about: 'ten minutes of spans, most of them removed again: memory grows by a MiB a minute at most',
    script: 'tools/soak/memory.mjs',
  },
  fuzz: {
    about:
      'ten minutes of bad requests made of good ones: every decoder takes or refuses them, quickly and in flat memory',
    project: 'packages/server',
    spec: 'decoders.fuzz',
    env: { TTA_FUZZ_SECONDS: '600' },
  },
  'tiny-requests': {
    about: 'two million requests of one span: each is stored, and memory does not grow with them',
    project: 'packages/server',
    spec: 'tiny-requests',
    env: { TTA_SOAK_REQUESTS: '2000000' },
  },
  mutation: {
    about:
      'retry, timeout, cache, circuit breaker and saga, changed in every small way: their specs notice 80 %',
    script: 'tools/soak/mutation.mjs',
  },
};

/** The exit status of a soak. */
function run({ script, project, spec, env }) {
  const [cwd, args] = script
    ? [root, [`${root}/${script}`]]
    : [`${root}/${project}`, [`${root}/node_modules/jest/bin/jest.js`, spec]];
  const { status } = spawnSync(process.execPath, args, {
    cwd,
    stdio: ['ignore', 2, 2],
    env: script
      ? process.env
      : { ...process.env, ...env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
  });
  return status;
}

const usage = `Usage: npm run soak -- [name …]

${Object.entries(soaks)
  .map(([name, { about }]) => `  ${name}   ${about}`)
  .join('\n')}

Without a name: all. Exit code: 0 when all hold, 1 when one does not, 2 for bad usage.`;

function parse() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean' } },
    });
    const unknown = positionals.find((name) => !Object.hasOwn(soaks, name));
    if (unknown !== undefined)
      throw new Error(`there is no soak "${unknown}"; there are ${Object.keys(soaks).join(', ')}`);
    return { ...values, names: positionals.length > 0 ? positionals : Object.keys(soaks) };
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exit(2);
  }
}

const { help, names } = parse();
if (help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}

let failed = 0;
for (const name of names) {
  process.stderr.write(`${name}: ${soaks[name].about} …\n`);
  const startedAt = performance.now();
  const status = run(soaks[name]);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  if (status !== 0) failed++;
  process.stdout.write(`${name}: ${status === 0 ? 'holds' : 'DOES NOT HOLD'}, ${seconds} s\n`);
}
process.stdout.write(
  `\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${new Date().toISOString().slice(0, 10)}\n`,
);
process.exit(failed > 0 ? 1 : 0);
