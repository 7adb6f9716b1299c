import { relative } from 'node:path';
import { parseArgs, types } from 'node:util';
import type { Observability } from '@tta/obs';
import { onExecution } from '@tta/obs-primitives';
import { coloursFor } from '../repo-review/colours.ts';
import { describeRun, type FinishedRun } from './finished-run.ts';
import { findLocalPage } from './local-page.ts';

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** What an example has around it. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Stream;
  readonly stderr: Stream;
  exitCode?: number | string | null | undefined;
}

const shownRuns = 12;

/**
 * Runs an example and says at its end which runs there were, how they ended, what they cost, and where the page of each
 * is, or how to come to one when the local service is not there. The exit code is 1, with one line that says why, when the body throws: when its
 * result is not what the example promises; 2 for an argument, for there are none but `--help`.
 *
 * @param about - What `--help` prints; it begins with what the example does.
 */
export async function runExample(
  obs: Pick<Observability, 'destinations'>,
  about: string,
  body: () => Promise<void>,
  surroundings: Surroundings = process,
): Promise<void> {
  const { argv, env, stdout, stderr } = surroundings;
  const fail = (error: unknown, exitCode: number): void => {
    const message = types.isNativeError(error) ? error.message : String(error);
    stderr.write(`error: ${message.split('\n')[0]}\n`);
    surroundings.exitCode = exitCode;
  };

  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const;
    const { values } = parseArgs({ args: argv.slice(2), options });
    if (values.help) return void stdout.write(about);
  } catch (error) {
    return fail(error, 2);
  }

  const runs: FinishedRun[] = [];
  const stop = onExecution({ onEnd: (run) => void (run.edge === undefined && runs.push(run)) });
  try {
    await body();
  } catch (error) {
    fail(error, 1);
  } finally {
    stop();
  }
  const page = await findLocalPage(obs);
  const colours = coloursFor(stdout, env);
  stdout.write('\n');
  for (const run of runs.slice(0, shownRuns))
    stdout.write(`${describeRun(run, page?.isThere ? page.origin : undefined, colours)}\n`);
  if (runs.length > shownRuns) stdout.write(colours.dim(`… and ${runs.length - shownRuns} more runs\n`));
  if (page?.isThere === false) {
    const program = relative(process.cwd(), argv[1] ?? '');
    stdout.write(colours.dim(`to see them as trees: npx tta-obs run --exit -- node ${program}\n`));
  }
}
