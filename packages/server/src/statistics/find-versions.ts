import { versionsCalled, type PrimitiveVersion, type VersionName } from '@tta/obs-protocol';

/** Two versions that can be compared, or why there are none. */
export type FoundVersions =
  | { readonly baseline: VersionName; readonly candidate: VersionName }
  | { readonly status: 400 | 404; readonly problem: string };

type Found = VersionName | { readonly status: 400 | 404; readonly problem: string };

/**
 * @param known - Those that ran last first.
 * @param baseline - A version, or the beginning of a revision.
 * @param candidate - By default the version or revision that ran last in one of the services of the baseline.
 */
export function findVersions(
  known: readonly PrimitiveVersion[],
  baseline: string,
  candidate: string | undefined,
): FoundVersions {
  const before = findVersion(known, baseline, 'baseline');
  if ('problem' in before) return before;
  const after =
    candidate === undefined ? newestBeside(known, before) : findVersion(known, candidate, 'candidate');
  if ('problem' in after) return after;
  if (known.some((one) => isOf(one, before) && isOf(one, after))) {
    return {
      status: 400,
      problem: `${before.name} and ${after.name} have executions in common: compare two versions, or two revisions.`,
    };
  }
  return { baseline: before, candidate: after };
}

function findVersion(known: readonly PrimitiveVersion[], text: string, side: string): Found {
  const [found, other] = versionsCalled(known, text);
  if (found === undefined) {
    return {
      status: 404,
      problem: `The ${side} "${text}" is no version or revision that a primitive has run in: /api/primitives/versions lists them.`,
    };
  }
  if (other !== undefined) {
    return {
      status: 400,
      problem: `The ${side} "${text}" begins several revisions: give more of its digits.`,
    };
  }
  return found;
}

/** The newest of the same kind: who asks for a version thinks in versions. */
function newestBeside(known: readonly PrimitiveVersion[], baseline: VersionName): Found {
  const services = new Set(known.filter((one) => isOf(one, baseline)).map(({ serviceName }) => serviceName));
  const newest = known.find(
    (one) => services.has(one.serviceName) && one[baseline.by] !== null && !isOf(one, baseline),
  );
  if (newest === undefined) {
    return {
      status: 404,
      problem: `There is no other ${baseline.by} than ${baseline.name} to compare it with: run another one, or name a candidate.`,
    };
  }
  return { by: baseline.by, name: newest[baseline.by]! };
}

function isOf(known: PrimitiveVersion, { by, name }: VersionName): boolean {
  return known[by] === name;
}
