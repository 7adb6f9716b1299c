import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { main } from './main.ts';
import type { Surroundings } from './surroundings.ts';

const DEFAULT_COLUMNS = 100;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a command line on the real process. */
export async function runProcess(args: readonly string[]): Promise<number> {
  const exitCode = await main(args, processSurroundings(process));
  // What was to be said may not have been written.
  return exitCode || Number(process.exitCode ?? 0);
}

/** What commands see of a process. */
export function processSurroundings(subject: NodeJS.Process): Surroundings {
  const { env, stdin, stdout, stderr } = subject;
  stdout.on('error', outputFailure(subject));
  // There is nowhere left to tell it.
  stderr.on('error', () => undefined);
  return {
    env,
    platform: subject.platform,
    homeDirectory: homedir(),
    pageDir: findPage(),
    isInteractive: stdin.isTTY === true,
    terminal: {
      out: (text) => void stdout.write(text),
      err: (text) => void stderr.write(text),
      columns: stdout.columns || DEFAULT_COLUMNS,
      hasColour: stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
      isOutTerminal: stdout.isTTY === true,
      errColumns: stderr.isTTY === true && env['TERM'] !== 'dumb' ? stderr.columns || DEFAULT_COLUMNS : 0,
    },
    pipeOut: (parts) => pipe(parts, stdout),
    input: stdin,
    onSignal: (listener) => {
      for (const signal of STOP_SIGNALS) subject.on(signal, listener);
      return () => {
        for (const signal of STOP_SIGNALS) subject.off(signal, listener);
      };
    },
    pid: subject.pid,
    ownProgram: [subject.execPath, fileURLToPath(new URL('../bin/tta-obs.js', import.meta.url))],
    tellReady: () => {
      if (subject.send === undefined) return false;
      subject.send('ready', () => subject.disconnect());
      return true;
    },
    ask: (question) => ask(question, stdin, stderr),
    exitNow: (code) => subject.exit(code),
  };
}

/** On stderr: what goes to stdout may be for another program. */
function ask(question: string, input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
  return new Promise<string | undefined>((resolve) => {
    const lines = createInterface({ input, output });
    lines.on('close', () => resolve(undefined));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

async function pipe(parts: AsyncIterable<string>, output: NodeJS.WritableStream): Promise<void> {
  let isBroken = false;
  let goOn: () => void = () => undefined;
  const onError = () => {
    isBroken = true;
    goOn();
  };
  const onDrain = () => goOn();
  output.on('error', onError).on('drain', onDrain);
  try {
    for await (const part of parts) {
      const isFull = !output.write(part);
      if (isFull && !isBroken) await new Promise<void>((resolve) => (goOn = resolve));
      if (isBroken) return;
    }
  } finally {
    output.off('error', onError).off('drain', onDrain);
  }
}

/**
 * Whoever read our output may be gone, as in `tta-obs run … | head`, or its disk may be full: the service goes on and
 * stops in order. What is lost without anybody's wish is told once, and makes the exit code 1.
 */
function outputFailure(subject: NodeJS.Process): (error: NodeJS.ErrnoException) => void {
  let isTold = false;
  return ({ code, message }) => {
    if (code === 'EPIPE' || isTold) return;
    isTold = true;
    subject.exitCode = 1;
    subject.stderr.write(`tta-obs: stdout cannot be written (${code ?? message}).\n`);
  };
}

/** The page is a package of its own, and in a fresh clone it may not be built yet. */
function findPage(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tta/obs-web/index.html'));
  } catch {
    return undefined;
  }
}
