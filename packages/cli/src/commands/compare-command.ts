import { CommandError, UsageError } from '../command-error.ts';
import { outputFormat } from '../output-format.ts';
import { safeText } from '../safe-text.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseWindow } from '../time-window.ts';
import { primitiveComparison, primitiveVersions } from './compare-answers.ts';
import { changesOf, type ChangeKind } from './compare-changes.ts';
import { comparisonMarkdown, comparisonText, type ComparisonReport } from './compare-report.ts';
import { resolveVersion, shortName, type ResolvedVersion } from './compare-versions.ts';
import type { CompareFlags } from './compare.ts';

/** Statistics are kept for so long. */
const MOST_DAYS = 90;
const USUAL = '7d';
const FAILED = 3;
/** Of services that have run, when another is named. */
const MOST_NAMES = 10;

const FAILURES: Readonly<Record<string, ChangeKind>> = {
  slower: 'duration',
  dearer: 'cost',
  errors: 'errorRate',
};

/** `tta-obs compare`: what changed for the worse or the better between two versions. */
export async function compareCommand(flags: CompareFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  if (flags.baseline === undefined) {
    throw new UsageError(
      '--baseline is missing: a version, or a commit such as main or HEAD~1. See tta-obs compare --help.',
    );
  }
  const since = flags.since ?? USUAL;
  const windowMs = parseWindow(since, MOST_DAYS);
  const failing = parseFailures(flags.failOn);
  const format = outputFormat(flags);
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const known = await primitiveVersions(client, flags.service);
  if (known.length === 0 && flags.service !== undefined) await refuseUnknown(client, flags.service);
  const resolve = (side: string, text: string) =>
    resolveVersion(text, { side, known, service: flags.service, env: surroundings.env });
  const baseline = await resolve('--baseline', flags.baseline);
  const candidate = flags.candidate === undefined ? undefined : await resolve('--candidate', flags.candidate);
  if (candidate?.name === baseline.name) {
    throw new UsageError(
      `--baseline and --candidate are both ${shortName(baseline.name)}: name two versions.`,
    );
  }
  const comparison = await primitiveComparison(client, {
    windowMs,
    serviceName: flags.service,
    baseline: baseline.name,
    candidate: candidate?.name,
  });
  if (comparison === undefined) throw nothingElse(baseline);
  for (const { calls, name } of [comparison.baseline, comparison.candidate]) {
    if (calls > 0) continue;
    throw new CommandError(
      1,
      `No primitive of ${shortName(name)} has ended within ${since}: give a longer --since.`,
    );
  }
  const report: ComparisonReport = {
    comparison,
    refs: { baseline: baseline.ref, candidate: candidate?.ref },
  };
  if (format === 'json') terminal.out(`${JSON.stringify(comparison)}\n`);
  else if (format === 'markdown') terminal.out(comparisonMarkdown(report));
  else terminal.out(comparisonText(report, style(terminal.hasColour), terminal.columns));
  const worse = comparison.items.flatMap((item) => changesOf(item).filter(({ isWorse }) => isWorse));
  return worse.some(({ kind }) => failing.includes(kind)) ? FAILED : 0;
}

function parseFailures(text: string | undefined): readonly ChangeKind[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    const kind = Object.hasOwn(FAILURES, word) ? FAILURES[word] : undefined;
    if (kind !== undefined) return kind;
    throw new UsageError(
      `--fail-on takes slower, dearer and errors, with commas between, but not "${word}".`,
    );
  });
}

/** Returns when no service has run at all: that is said of any. */
async function refuseUnknown(client: ServiceClient, service: string): Promise<void> {
  const names = [...new Set((await primitiveVersions(client, undefined)).map((each) => each.serviceName))];
  if (names.length === 0) return;
  const listed = names.slice(0, MOST_NAMES).map(safeText).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  throw new CommandError(
    1,
    `No primitive of a service "${safeText(service)}" has run within ${MOST_DAYS} days, but of: ${listed}${more}.`,
  );
}

function nothingElse({ name, by }: ResolvedVersion): CommandError {
  const what = by === 'version' ? 'version' : 'commit';
  return new CommandError(
    1,
    `Nothing but ${shortName(name)} has run: run another ${what} of the same service, or name what to compare with --candidate.`,
  );
}
