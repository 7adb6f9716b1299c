// `npm start`: everything a fresh clone needs, then the service with the example workflow.
// Built-ins only, because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments, usage, UsageError } from './arguments.mjs';
import { buildPage, compile } from './build.mjs';
import { ensureInstalled, nodeComplaint } from './installation.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

function readCommandLine() {
  try {
    return readArguments(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`npm start: ${error.message}; see npm start -- --help`);
    process.exit(2);
  }
}

function runExample({ service, example }) {
  const child = spawn(
    process.execPath,
    [
      join(root, 'packages/cli/bin/tta-obs.js'),
      'run',
      ...service,
      '--',
      process.execPath,
      join(root, 'docs/examples/dist/repo-review/main.js'),
      ...example,
    ],
    { stdio: 'inherit' },
  );
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  // A terminal sends Ctrl-C to the child as well; a second one would mean "now".
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  child.on('error', (error) => {
    console.error(`npm start: the service did not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

const complaint = nodeComplaint();
if (complaint !== undefined) {
  console.error(`npm start: ${complaint}`);
  process.exit(1);
}
const commandLine = readCommandLine();
if (commandLine.help) {
  process.stdout.write(usage);
} else if (ensureInstalled(root) && compile(root) && buildPage(root)) {
  runExample(commandLine);
} else {
  process.exitCode = 1;
}
