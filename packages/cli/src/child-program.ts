import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { exitCodeOf } from './stop-signal.ts';
import type { Surroundings } from './surroundings.ts';

export interface ProgramEnd {
  readonly exitCode: number;
  /** `undefined` when it could not be started. */
  readonly pid: number | undefined;
  /** The program could not be started; one line for the user. */
  readonly failure?: string;
  /** The user stopped us while it ran. */
  readonly wasInterrupted: boolean;
}

const KILL_AFTER_MS = 5_000;

/**
 * Runs a program on our own terminal and waits for its end. SIGINT and SIGTERM are passed on, unless the
 * terminal has done so; a program that ignores them is killed after 5 s.
 *
 * @param output - Where what it prints to stdout goes.
 */
export function runProgram(
  [program, ...programArguments]: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>>,
  surroundings: Surroundings,
  output: 'stdout' | 'stderr' = 'stdout',
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      stdio: ['inherit', output === 'stdout' ? 'inherit' : 2, 'inherit'],
      env,
    });
    let wasInterrupted = false;
    let killTimer: NodeJS.Timeout | undefined;
    const unsubscribe = surroundings.onSignal((signal) => {
      wasInterrupted = true;
      if (signal !== 'SIGINT' || !surroundings.isInteractive) child.kill(signal);
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    });
    const finish = (end: Omit<ProgramEnd, 'pid' | 'wasInterrupted'>) => {
      clearTimeout(killTimer);
      unsubscribe();
      resolve({ ...end, pid: child.pid, wasInterrupted });
    };
    child.on('error', (error: NodeJS.ErrnoException) => finish(cannotRun(program, error)));
    child.on('exit', (code, signal) =>
      finish({ exitCode: signal === null ? (code ?? 0) : exitCodeOf(signal) }),
    );
  });
}

/** The codes that shells use: 127 not found, 126 found but not to be run. */
function cannotRun(
  program: string,
  error: NodeJS.ErrnoException,
): Omit<ProgramEnd, 'pid' | 'wasInterrupted'> {
  if (error.code === 'ENOENT') return { exitCode: 127, failure: `${program}: command not found.` };
  if (error.code === 'EACCES' && isFile(program)) {
    const byNode = /\.[cm]?js$/.test(program) ? `, or node ${program}` : '';
    return { exitCode: 126, failure: `${program} is not executable: chmod +x ${program}${byNode}.` };
  }
  return { exitCode: 126, failure: `${program} could not be run: ${error.message}.` };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
