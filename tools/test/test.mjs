// `npm test`: lint, types, all unit tests and the tests that need a program, from a fresh clone on.
// Built-ins only, because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { ensureInstalled, nodeComplaint, seconds } from '../start/installation.mjs';
import { failedTasks } from './failed-tasks.mjs';
import { findProgram } from './find-program.mjs';
import { forgetResults, readResults } from './results.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const denoFolder = join('tools', 'otlp-clients', 'deno');

/** Tests that need a program: `run` is their target, `isReady` says whether it is there or could be installed. */
const suites = [
  {
    title: 'browser tests',
    folder: join('tools', 'browser-tests'),
    run: '@tta/obs-browser-tests:test-browser',
    isReady: hasProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'),
    absence: 'Chromium not found: apt-get install chromium',
  },
  {
    title: 'Prometheus tests',
    folder: join('tools', 'prometheus-tests'),
    run: '@tta/obs-prometheus-tests:test-prometheus',
    isReady: hasProgram('prometheus'),
    absence: 'prometheus not found: apt-get install prometheus',
  },
  {
    title: 'Redis tests',
    folder: join('tools', 'redis-tests'),
    run: '@tta/obs-redis-tests:test-redis',
    isReady: hasProgram('redis-server'),
    absence: 'redis-server not found: apt-get install redis-server',
  },
  {
    title: 'Deno tests',
    folder: denoFolder,
    run: '@tta/obs-otlp-clients:test-deno',
    isReady: () => ensureInstalled(join(root, denoFolder)),
    absence: `Deno could not be installed: npm ci in ${denoFolder}`,
  },
];
const usage = `Usage: npm test [-- --node]

Installs what is missing, then runs lint, type checks, all unit tests, and the tests that need a Chromium, a Prometheus,
a Redis or a Deno where that is found; Deno comes from npm.

  --node   the unit tests of the packages alone: what another Node may break
  --help   show this text
`;

function hasProgram(...names) {
  return () => findProgram(names) !== undefined;
}

function readCommandLine() {
  try {
    return parseArgs({ options: { node: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
      .values;
  } catch (error) {
    console.error(`npm test: ${error.message.split('. ')[0]}; see npm test -- --help`);
    process.exit(2);
  }
}

/** Runs Nx and shows what it prints; what its failed tasks printed is also kept for the end. */
async function nx(title, args) {
  console.log(`\n== ${title}`);
  const began = process.hrtime.bigint();
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/nx/dist/bin/nx.js'), ...args, '--outputStyle=static'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' },
    },
  );
  const output = [];
  for (const stream of ['stdout', 'stderr']) {
    child[stream].on('data', (chunk) => {
      output.push(chunk);
      process[stream].write(chunk);
    });
  }
  const [status] = await once(child, 'close');
  const passed = status === 0;
  console.log(`== ${title}: ${passed ? 'passed' : 'FAILED'} in ${seconds(began)}`);
  return { title, passed, failures: passed ? [] : failedTasks(Buffer.concat(output).toString()) };
}

/** Runs a suite where its program is found; in CI the absence is a failure. */
async function runSuite({ title, run, isReady, absence }) {
  if (isReady()) return { ran: true, ...(await nx(title, ['run', run])) };
  console.log(`\nnot run: ${title} (${absence})`);
  return { title, ran: false, passed: process.env.CI !== 'true', failures: [] };
}

/** The first lines of what Jest says, without colours: enough to know the fault from the end of a log. */
function indented(message) {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, 20);
  return lines.map((line) => `  ${line}`).join('\n');
}

function report(results, stages) {
  console.log('');
  for (const { folder, passed, failed, note } of results) {
    const details = [`${String(passed).padStart(5)} passed`, failed > 0 && `${failed} FAILED`, note];
    console.log(`${folder.padEnd(26)}${details.filter(Boolean).join(', ')}`);
  }
  for (const { file, title, message } of results.flatMap(({ failures }) => failures)) {
    console.log(`\nfailed: ${file} › ${title}\n${indented(message)}`);
  }
  for (const { task, output } of stages.flatMap(({ failures }) => failures)) {
    console.log(`\nfailed: ${task}\n${indented(output)}`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const failedStages = stages.filter(({ passed }) => !passed);
  // A stage can fail without a failing test: lint, types, coverage, a missing program.
  const failed = Math.max(sum('failed'), failedStages.length);
  for (const { title } of failedStages) console.log(`failed: ${title}`);
  console.log(`${sum('passed')} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

const complaint = nodeComplaint();
if (complaint !== undefined) {
  console.error(`npm test: ${complaint}`);
  process.exit(1);
}
const commandLine = readCommandLine();
if (commandLine.help) {
  process.stdout.write(usage);
} else if (!ensureInstalled(root)) {
  process.exitCode = 1;
} else {
  forgetResults(root);
  const isUnit = commandLine.node === true;
  const targets = isUnit ? ['test'] : ['lint', 'typecheck', 'test'];
  const title = isUnit ? 'unit tests of the packages' : 'lint, type checks and unit tests';
  const only = isUnit ? ['-p', 'packages/*'] : [];
  const unit = await nx(title, ['run-many', '-t', ...targets, ...only, '-c', 'ci']);
  const outcomes = [];
  for (const suite of isUnit ? [] : suites) outcomes.push(await runSuite(suite));
  const ran = (title) => outcomes.some((outcome) => outcome.title === title && outcome.ran);
  const isWanted = (folder) =>
    isUnit
      ? folder.startsWith('packages')
      : suites.every((suite) => suite.folder !== folder || ran(suite.title));
  report(readResults(root, isWanted), [unit, ...outcomes]);
}
