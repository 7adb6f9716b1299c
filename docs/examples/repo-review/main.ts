#!/usr/bin/env node
import { initializeObservability } from '@tta/obs';
import { HELP, readArguments } from './arguments.ts';
import { coloursFor } from './colours.ts';
import { Progress } from './progress.ts';
import { formatReview } from './report.ts';
import { openRepository } from './repository.ts';
import { ReviewError } from './review-error.ts';
import { visibleText } from './visible-text.ts';
import { repoReview } from './workflow.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const progress = new Progress(process.stderr);
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort(new ReviewError('interrupted')));
  process.once('SIGTERM', () => abort.abort(new ReviewError('interrupted')));
  // A reader that has seen enough (`| head`) is no fault of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

  try {
    const options = readArguments(args, process.env);
    if (options.isHelp) {
      process.stdout.write(HELP);
      return 0;
    }
    // Before observability starts: what cannot be reviewed leaves no trace.
    const repository = await openRepository(options.path, abort.signal);

    const observability = initializeObservability({ serviceName: 'repo-review' });
    try {
      const workflow = repoReview({
        report: (line) => progress.step(line),
        announce: (line) => progress.say(line),
        ...(options.model === undefined ? {} : { model: options.model }),
      });
      const review = await workflow.execute(
        { repository, maxCommits: options.maxCommits },
        { workflowName: 'repo-review', signal: abort.signal },
      );
      progress.clear();
      process.stdout.write(
        options.isJson
          ? `${JSON.stringify(review, undefined, 2)}\n`
          : formatReview(review, coloursFor(process.stdout, process.env)),
      );
    } finally {
      await observability.shutdown();
    }
    return 0;
  } catch (error) {
    progress.clear();
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`error: ${visibleText(message)}\n`);
    if (abort.signal.aborted) return 130;
    return error instanceof ReviewError ? error.exitCode : 1;
  }
}
