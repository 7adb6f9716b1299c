import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { ReviewError } from './review-error.ts';

/** One call of git. */
export interface GitCall {
  /** Where git runs (`git -C`); an absolute path. */
  readonly directory: string;
  /** Sub-command and its arguments, passed as they are, without a shell. */
  readonly args: readonly string[];
  /** Text for standard input. */
  readonly input?: string;
  /** Aborting it kills git. */
  readonly signal?: AbortSignal;
  /**
   * Longest run in milliseconds; then git is killed and the result says `cut: 'time'`.
   * @defaultValue 60 000
   */
  readonly limitMs?: number;
  /**
   * Most bytes taken from standard output; then git is killed and the result says `cut: 'bytes'`.
   * @defaultValue 32 MiB
   */
  readonly limitBytes?: number;
  /** Takes the output as it comes; without it the output is collected in `stdout`. */
  readonly onData?: (chunk: Buffer) => void;
}

/** What one call of git left. */
export interface GitResult {
  /** Status of the process; -1 when it was killed at a limit. */
  readonly exitCode: number;
  /** Empty when `onData` took it. */
  readonly stdout: Buffer;
  /** At most 8 KiB. */
  readonly stderr: string;
  /** Which limit ended the call, if one did. */
  readonly cut: 'bytes' | 'time' | undefined;
}

/**
 * Settings that take away every way in which a repository's own configuration can start a program. Those given
 * with `-c` win over the repository's files; what `-c` cannot reach (drivers of any name, protocols of any name)
 * is closed by {@link DIFF_SAFETY} and by `GIT_ALLOW_PROTOCOL`.
 */
const SAFE_SETTINGS: readonly string[] = [
  `core.hooksPath=${devNull}`,
  'core.fsmonitor=false',
  'core.pager=cat',
  `core.attributesFile=${devNull}`,
  'log.showSignature=false',
  'log.showRoot=true',
  'diff.external=',
  `diff.orderFile=${devNull}`,
  'diff.renameLimit=1000',
  'protocol.allow=never',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
];

/** Arguments for `git log` that show differences and start neither diff drivers nor signature checks. */
export const DIFF_SAFETY: readonly string[] = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-show-signature',
  '--no-notes',
  '--no-color',
  '--no-relative',
  '--submodule=short',
  '--encoding=UTF-8',
  '--root',
  '-M',
];

/** Runs git over a repository that is not trusted. Throws a {@link ReviewError} only when git cannot be started. */
export async function runGit(call: GitCall): Promise<GitResult> {
  call.signal?.throwIfAborted();
  const limitBytes = call.limitBytes ?? 32 * 1024 * 1024;
  const settings = [...SAFE_SETTINGS, `safe.directory=${call.directory}`].flatMap((setting) => [
    '-c',
    setting,
  ]);
  const args = [
    '--no-pager',
    '--no-optional-locks',
    '--no-replace-objects',
    ...settings,
    '-C',
    call.directory,
  ];

  return new Promise<GitResult>((resolve, reject) => {
    const child = spawn('git', [...args, ...call.args], {
      env: gitEnvironment(),
      stdio: 'pipe',
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let takenBytes = 0;
    let stderr = '';
    let cut: GitResult['cut'];
    let failure: unknown;

    const timer = setTimeout(() => {
      cut = 'time';
      child.kill('SIGKILL');
    }, call.limitMs ?? 60_000);
    const abort = (): void => {
      failure = call.signal?.reason;
      child.kill('SIGKILL');
    };
    call.signal?.addEventListener('abort', abort, { once: true });

    child.stdout.on('data', (chunk: Buffer) => {
      if (cut !== undefined || failure !== undefined) return;
      const part =
        takenBytes + chunk.length > limitBytes ? chunk.subarray(0, limitBytes - takenBytes) : chunk;
      takenBytes += part.length;
      try {
        if (call.onData === undefined) chunks.push(part);
        else call.onData(part);
      } catch (error) {
        failure = error;
      }
      if (part.length < chunk.length) cut = 'bytes';
      if (cut !== undefined || failure !== undefined) child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 8192) stderr += chunk.toString('utf8').slice(0, 8192 - stderr.length);
    });
    // git may end before it has read all of its input; its exit status tells why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.input ?? '');
    child.on('error', (error) => (failure ??= startFailure(error)));
    child.on('close', (code) => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', abort);
      if (failure !== undefined) reject(failure);
      else
        resolve({
          exitCode: cut === undefined ? (code ?? -1) : -1,
          stdout: Buffer.concat(chunks),
          stderr,
          cut,
        });
    });
  });
}

/**
 * Nothing of our environment but what git needs to start: no `GIT_DIR` of a surrounding hook, no key of a model.
 * `GIT_ALLOW_PROTOCOL` wins over `protocol.<name>.allow` in the repository, so that a partial clone cannot name
 * a remote helper which git would start to fetch what is missing.
 */
function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'Path', 'HOME', 'USERPROFILE', 'SystemRoot', 'TMPDIR', 'TEMP'];
  return {
    ...Object.fromEntries(
      kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function startFailure(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error;
  return new ReviewError(
    'git was not found on PATH; install git (https://git-scm.com) and run this again',
    1,
    {
      cause: error,
    },
  );
}

/** The line of git's complaint that says what is wrong. */
export function gitComplaint(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (
    lines.find((line) => /^(fatal|error):/.test(line)) ??
    lines[0] ??
    'git failed without a message'
  ).trim();
}
