import { execFile } from 'node:child_process';
import { versionsCalled, type PrimitiveVersion, type VersionName } from '@tta/obs-protocol';
import { CommandError, UsageError } from '../command-error.ts';
import { safeText } from '../safe-text.ts';

const GIT_LIMIT_MS = 10_000;
const DIRTY = '-dirty';
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Versions that an error lists. */
const MOST_LISTED = 8;
/** What git shows of a commit, and a few digits more. */
const COMMIT_DIGITS = 10;

export interface ResolvedVersion extends VersionName {
  /** What the user called it, where git has told which commit that is. */
  readonly ref?: string;
}

interface Resolution {
  /** The flag, for messages. */
  readonly side: string;
  readonly known: readonly PrimitiveVersion[];
  readonly service: string | undefined;
  /** Of git. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Which of the versions that have run is meant: one that is called so, else the commit that git knows by the name in the
 * current folder, else one that begins so.
 *
 * @throws CommandError when none is, or several are.
 */
export async function resolveVersion(text: string, resolution: Resolution): Promise<ResolvedVersion> {
  const { side, known, service, env } = resolution;
  if (text === '' || text.startsWith('-')) {
    throw new UsageError(`${side} must be a version or a commit, but is "${safeText(text)}".`);
  }
  if (known.every(({ version, revision }) => version === null && revision === null)) {
    throw nothingKnown(known.length > 0, service);
  }
  const [found, other] = versionsCalled(known, text);
  if (found?.by === 'version') return found;
  const isDirty = text.endsWith(DIRTY);
  const commit = await gitCommit(isDirty ? text.slice(0, -DIRTY.length) : text, env);
  if (commit !== undefined) {
    const name = isDirty ? commit + DIRTY : commit;
    const [revision] = versionsCalled(known, name);
    if (revision !== undefined) return { ...revision, ...(text !== name && { ref: text }) };
    const dirty = versionsCalled(known, commit + DIRTY).length > 0 && !isDirty;
    const hint = dirty ? ` with all changes committed; for what ran with changes, say ${text}${DIRTY}` : '';
    throw notRun(`${safeText(text)} (commit ${shortName(name)})${safeText(hint)}`, resolution);
  }
  if (found === undefined) throw notRun(`${safeText(text)}, which is no commit here either`, resolution);
  if (other !== undefined) {
    throw new CommandError(1, `Several commits begin with ${safeText(text)}: give more digits.`);
  }
  return found;
}

/** A revision as people know it: the first digits of a commit. */
export function shortName(name: string): string {
  const match = /^([0-9a-f]{40}|[0-9a-f]{64})(-dirty)?$/.exec(name);
  return match === null ? safeText(name) : match[1]!.slice(0, COMMIT_DIGITS) + (match[2] ?? '');
}

/** @returns the id of the commit; `undefined` where git knows none of this name, or there is no git. */
function gitCommit(
  ref: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  // A NUL ends the argument.
  if (ref === '' || ref.startsWith('-') || ref.includes('\0')) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    execFile(
      'git',
      ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`],
      { env, timeout: GIT_LIMIT_MS, windowsHide: true },
      (error, stdout) => {
        const id = stdout.trim();
        resolve(error === null && COMMIT.test(id) ? id : undefined);
      },
    );
  });
}

function nothingKnown(hasRun: boolean, service: string | undefined): CommandError {
  const whose = service === undefined ? 'a service' : safeText(service);
  return new CommandError(
    1,
    hasRun
      ? `Nothing tells which version of ${whose} has run: set serviceVersion of initializeObservability, service.version in OTEL_RESOURCE_ATTRIBUTES, or run it from a git checkout.`
      : `No primitive of ${whose} has run within 90 days: run your workflow with @tta/obs first.`,
  );
}

function notRun(what: string, { side, known, service }: Resolution): CommandError {
  const names = [...new Set(known.flatMap(({ version, revision }) => [version, revision]))]
    .filter((name) => name !== null)
    .map(shortName);
  const listed = names.slice(0, MOST_LISTED).join(', ');
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  const whose = service === undefined ? '' : ` of ${safeText(service)}`;
  return new CommandError(
    1,
    `${side}: no primitive${whose} has run in ${what}. Known, newest first: ${listed}${more}.`,
  );
}
