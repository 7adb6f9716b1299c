import { isTextOrNull } from './field-checks.ts';
import { either, is, isCount, isFinite, isFlag, isLength, isText, listOf, shape } from './json-shape.ts';

/** What ran as one version of a service. */
export interface PrimitiveVersion {
  readonly serviceName: string;
  /** `service.version`; `null` where the service tells none. */
  readonly version: string | null;
  /**
   * The commit that it ran from (`vcs.ref.head.revision`), followed by `-dirty` when tracked files differed from it: all
   * such trees of one commit are one revision. `null` where the service tells none.
   */
  readonly revision: string | null;
  /** End of the first of its executions that came in, and of the newest, in milliseconds since the Unix epoch. */
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  /** Executions of primitives. */
  readonly calls: number;
}

/**
 * `GET /api/primitives/versions?service=`: versions of which primitives have ended within 90 days, those that ran last first;
 * up to 1,000 of them. It counts what came in, also of traces that are removed by now.
 */
export interface PrimitiveVersionList {
  readonly items: readonly PrimitiveVersion[];
}

/** A version by one of its two names: all that ran as this `service.version`, or from this revision. */
export interface VersionName {
  readonly by: 'version' | 'revision';
  /** Whole: also of a revision that was asked for by its beginning. */
  readonly name: string;
}

/** One of the two versions that are compared. */
export interface ComparedVersion extends VersionName {
  /** Its executions within the window. */
  readonly calls: number;
}

/** Executions of a primitive in one of the two versions. Times are milliseconds, at most 1 % wrong. */
export interface ComparedExecutions {
  readonly calls: number;
  /** Of them, those that failed or ran out of time. */
  readonly errors: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Those that tell what they cost, or for which the service could estimate it. */
  readonly pricedCalls: number;
  /** US dollars that one of these costs on average; what is spent within it by other primitives is theirs. `null` without any. */
  readonly costUsd: number | null;
}

/** How one measure of a primitive differs between the two versions. */
export interface MeasuredChange {
  /** Candidate ÷ baseline; `null` where that of the baseline is 0. */
  readonly ratio: number | null;
  /** Where the candidate is: `up` is slower, more error-prone, dearer. */
  readonly direction: 'up' | 'down' | 'none';
  /**
   * How often a difference at least as large comes about by chance where there is none, from 0 to 1. `null` where there is
   * too little to tell: fewer than 5 executions in one of the versions, or no outcome could have been below 0.05.
   */
  readonly pValue: number | null;
  /** The difference is no chance, after Holm's correction over all tests of the answer at 5 %, and not too small to matter. */
  readonly isSignificant: boolean;
}

/** Which primitive. */
export interface PrimitiveName {
  readonly serviceName: string;
  /** `retry`, `sequential`, … */
  readonly primitiveType: string;
  readonly name: string;
}

/** A primitive that ran in both versions. */
export interface ComparedPrimitive extends PrimitiveName {
  readonly baseline: ComparedExecutions;
  readonly candidate: ComparedExecutions;
  /** Medians, by the Mann–Whitney test; less than 5 % of the median does not matter. */
  readonly duration: MeasuredChange;
  /** Parts of the executions that failed, by Fisher's exact test. */
  readonly errorRate: MeasuredChange;
  /** Costs of an execution, by Welch's test; less than 1 % does not matter. `null` where one side has none. */
  readonly cost: MeasuredChange | null;
}

/**
 * `GET /api/primitives/comparison?baseline=&candidate=&sinceMs=&untilMs=&service=`: how primitives differ between two versions
 * of their services, by executions that ended from `sinceMs` to `untilMs` (milliseconds since the Unix epoch; by default the
 * last 7 days), those with the most time in them first. A version is told by its `service.version` or by its revision, whole
 * or from 7 hex digits on, with `-dirty` for a tree with changes. By default the candidate is the version or revision that ran
 * last besides the baseline in one of its services. It counts what came in, also of traces that are removed by now. What is not
 * known is answered with 404, a beginning of several revisions with 400.
 */
export interface PrimitiveComparison {
  /** The beginning of the minute or hour that the window begins in: from there on is counted. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly baseline: ComparedVersion;
  readonly candidate: ComparedVersion;
  readonly items: readonly ComparedPrimitive[];
  /** Those that ran in the candidate alone, and in the baseline alone. */
  readonly added: readonly PrimitiveName[];
  readonly removed: readonly PrimitiveName[];
}

const REVISION_BEGINNING = /^([0-9a-f]{7,64})(-dirty)?$/i;

/**
 * The versions that a text stands for: one whose version or revision it is, else each whose revision begins with it (from 7
 * hex digits on; with `-dirty` behind them, trees with changes).
 */
export function versionsCalled(
  known: readonly Pick<PrimitiveVersion, 'version' | 'revision'>[],
  text: string,
): readonly VersionName[] {
  if (known.some(({ version }) => version === text)) return [{ by: 'version', name: text }];
  const revisions = new Set(known.flatMap(({ revision }) => (revision === null ? [] : [revision])));
  if (revisions.has(text)) return [{ by: 'revision', name: text }];
  const match = REVISION_BEGINNING.exec(text);
  if (match === null) return [];
  const beginning = match[1]!.toLowerCase();
  const isDirty = match[2] !== undefined;
  return [...revisions]
    .filter((name) => name.toLowerCase().startsWith(beginning) && name.endsWith('-dirty') === isDirty)
    .map((name) => ({ by: 'revision', name }));
}

const isFiniteOrNull = either(isFinite, is(null));
const isLengthOrNull = either(isLength, is(null));

const versionList = shape({
  items: listOf(
    shape({
      serviceName: isText,
      version: isTextOrNull,
      revision: isTextOrNull,
      firstTimeMs: isFinite,
      lastTimeMs: isFinite,
      calls: isCount,
    }),
  ),
});

const comparedVersion = shape({
  by: either(is('version'), is('revision')),
  name: isText,
  calls: isCount,
});

const executions = shape({
  calls: isCount,
  errors: isCount,
  p50Ms: isLength,
  p95Ms: isLength,
  pricedCalls: isCount,
  costUsd: isLengthOrNull,
});

const change = shape({
  ratio: isFiniteOrNull,
  direction: either(is('up'), is('down'), is('none')),
  pValue: isLengthOrNull,
  isSignificant: isFlag,
});

const nameFields = { serviceName: isText, primitiveType: isText, name: isText };

const comparison = shape({
  sinceMs: isFinite,
  untilMs: isFinite,
  baseline: comparedVersion,
  candidate: comparedVersion,
  items: listOf(
    shape({
      ...nameFields,
      baseline: executions,
      candidate: executions,
      duration: change,
      errorRate: change,
      cost: either(change, is(null)),
    }),
  ),
  added: listOf(shape(nameFields)),
  removed: listOf(shape(nameFields)),
});

/** True for the answer of `GET /api/primitives/versions`. Like all guards: never throws, allows fields it does not know. */
export function isPrimitiveVersionList(value: unknown): value is PrimitiveVersionList {
  return versionList(value);
}

/** True for the answer of `GET /api/primitives/comparison`. */
export function isPrimitiveComparison(value: unknown): value is PrimitiveComparison {
  return comparison(value);
}
