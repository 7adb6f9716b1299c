import { lambda, named, parallel, sequential } from '@tta/obs-primitives';
import { readAddedLines } from './added-lines.ts';
import { readBlobs } from './blobs.ts';
import { measureChurn } from './churn.ts';
import { findDependencyChanges } from './dependencies.ts';
import { listCommits } from './history.ts';
import { checkHygiene } from './hygiene.ts';
import { summariseHere } from './local-summary.ts';
import type { ModelOptions } from './model.ts';
import { describeHistory } from './overview.ts';
import type { Analyses, Review } from './review.ts';
import { findRisks } from './risks.ts';
import { summariseByModel } from './summary.ts';
import { findThemes } from './themes.ts';

export interface RepoReviewOptions {
  /** The model that writes the summary; without one it is made here. */
  readonly model?: ModelOptions;
  /** Told what the workflow is about to do, one line at a time. */
  readonly report?: (line: string) => void;
  /** Told what will be sent to the model, and where, before anything is. */
  readonly announce?: (line: string) => void;
}

/** Reviews the history of a git repository: reads it, analyses it in parallel, and sums up what was found. */
export function repoReview({ model, report = ignore, announce = ignore }: RepoReviewOptions = {}) {
  const readHistory = sequential(
    lambda('list commits', (request: Parameters<typeof listCommits>[0], scope) => {
      report('reading commits');
      return listCommits(request, scope);
    }),
    lambda('read added lines', (list: Awaited<ReturnType<typeof listCommits>>, scope) => {
      report(
        `reading the lines of ${list.commits.length} ${list.commits.length === 1 ? 'commit' : 'commits'}`,
      );
      return readAddedLines(list, scope);
    }),
    lambda('read manifests', readBlobs),
  );

  const analyse = parallel({
    overview: describeHistory,
    churn: measureChurn,
    risks: findRisks,
    dependencies: findDependencyChanges,
    hygiene: checkHygiene,
    themes: findThemes,
  });

  const summarise = model ? summariseByModel(model, announce) : lambda('summarise here', summariseHere);

  return sequential(
    named('read history', readHistory),
    named('analyse', analyse),
    lambda('sum up', async (analyses: Analyses, scope): Promise<Review> => {
      report('summing up');
      return { ...analyses, summary: await scope.step('inner', summarise, analyses) };
    }),
  );
}

function ignore(): void {}
