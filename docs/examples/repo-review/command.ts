import { initializeObservability } from '@tta/obs';
import { HELP, readArguments } from './arguments.ts';
import { coloursFor } from './colours.ts';
import { Progress } from './progress.ts';
import { formatReview } from './report.ts';
import { openRepository } from './repository.ts';
import { ReviewError } from './review-error.ts';
import { visibleText } from './visible-text.ts';
import { repoReview } from './workflow.ts';

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean };

export interface CommandOptions {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Takes the review. */
  readonly stdout: Stream;
  /** Takes progress and errors. */
  readonly stderr: Stream;
  /** Aborting it ends the review. */
  readonly signal: AbortSignal;
}

/** Runs the command line. Returns the exit status: 0, 1 for a failure, 2 for a wrong command line, 130 when aborted. */
export async function reviewCommand({ args, env, stdout, stderr, signal }: CommandOptions): Promise<number> {
  const progress = new Progress(stderr);
  try {
    const options = readArguments(args, env);
    if (options.isHelp) {
      stdout.write(HELP);
      return 0;
    }
    // Before observability starts: what cannot be reviewed leaves no trace.
    const repository = await openRepository(options.path, signal);

    const observability = initializeObservability({ serviceName: 'repo-review' });
    try {
      const workflow = repoReview({
        report: (line) => progress.step(line),
        announce: (line) => progress.say(line),
        ...(options.model === undefined ? {} : { model: options.model }),
      });
      const review = await workflow.execute(
        { repository, maxCommits: options.maxCommits },
        { workflowName: 'repo-review', signal },
      );
      progress.clear();
      stdout.write(
        options.isJson
          ? `${JSON.stringify(review, undefined, 2)}\n`
          : formatReview(review, coloursFor(stdout, env)),
      );
      return 0;
    } finally {
      await observability.shutdown();
    }
  } catch (error) {
    progress.clear();
    stderr.write(`error: ${visibleText(error instanceof Error ? error.message : String(error))}\n`);
    if (signal.aborted) return 130;
    return error instanceof ReviewError ? error.exitCode : 1;
  }
}
