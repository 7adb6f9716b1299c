import type { ExecutionStatus } from '@tta/obs-context';
import type { SloSelection } from '../slo-definition.ts';
import { type CountTerm, type LabelMatcher, UnreadableQueryError } from './count-query.ts';

/** Every status that an execution can have, in the order of its label's values in documents. */
export const executionStatuses = [
  'success',
  'error',
  'timeout',
  'cancelled',
  'suspended',
] as const satisfies readonly ExecutionStatus[];

/** What a sum of counters counts. */
export interface ExecutionCounts {
  /** How often each is counted: by family (`executions`, `within 500`, `events "runs"`) and status or outcome. */
  readonly byKind: ReadonlyMap<string, number>;
  readonly selection: SloSelection;
  /** Matchers of labels that say which service or process counts, sorted: `job="shop"`. */
  readonly scope: readonly string[];
  readonly over: string;
}

/** Labels that Prometheus and those who run it put on every series. */
const scopeLabels: readonly string[] = [
  'cluster',
  'env',
  'environment',
  'instance',
  'job',
  'namespace',
  'pod',
  'service',
  'service_name',
  'service_namespace',
];

/** @throws UnreadableQueryError where the counters are not ours or do not belong together. */
export function executionCounts(terms: readonly CountTerm[]): ExecutionCounts {
  const [first, ...rest] = terms.map(termCounts);
  if (!first) throw new UnreadableQueryError('it counts nothing');
  return rest.reduce((sum, term) => added(sum, term, 1), first);
}

/** What `whole` counts beyond `part`. */
export function countsWithout(whole: ExecutionCounts, part: ExecutionCounts): ExecutionCounts {
  return added(whole, part, -1);
}

/** @throws UnreadableQueryError unless both are of the same executions over the same range. */
export function requireComparable(one: ExecutionCounts, other: ExecutionCounts): void {
  const whose = ({ selection, scope }: ExecutionCounts): string => JSON.stringify([selection, scope]);
  if (whose(one) !== whose(other))
    throw new UnreadableQueryError('it counts different executions in one place and another');
  if (one.over !== other.over) throw new UnreadableQueryError('it counts over different ranges');
}

function added(sum: ExecutionCounts, term: ExecutionCounts, sign: 1 | -1): ExecutionCounts {
  requireComparable(sum, term);
  const byKind = new Map(sum.byKind);
  for (const [kind, count] of term.byKind) byKind.set(kind, (byKind.get(kind) ?? 0) + sign * count);
  return { ...sum, byKind };
}

const countNames: readonly string[] = [
  'primitive_execution_count_total',
  // The alias without the suffix, which recording rules give.
  'primitive_execution_count',
  'primitive_execution_duration_count',
];
const bucketName = 'primitive_execution_duration_bucket';
const eventsName = 'slo_events_total';

function termCounts({ metric, matchers: all, sign, over }: CountTerm): ExecutionCounts {
  const scope = all
    .filter(({ label }) => scopeLabels.includes(label))
    .map(({ label, operator, value }) => label + operator + JSON.stringify(value))
    .toSorted();
  const matchers = all.filter(({ label }) => !scopeLabels.includes(label));
  if (metric === eventsName) {
    const { slo_name: name, slo_outcome: outcomes } = matched(metric, matchers, {
      slo_name: equal,
      slo_outcome: (matcher) => among(matcher, ['good', 'bad']),
    });
    if (name === undefined) throw new UnreadableQueryError(`${metric} needs the label slo_name`);
    const family = `events ${JSON.stringify(name)}`;
    return { byKind: kinds(family, outcomes ?? ['good', 'bad'], sign), selection: {}, scope, over };
  }
  if (metric !== bucketName && !countNames.includes(metric))
    throw new UnreadableQueryError(`${metric} is no count of executions that is known here`);
  const labels = matched(metric, matchers, {
    primitive_name: equal,
    primitive_type: equal,
    workflow_name: equal,
    execution_status: (matcher) => among(matcher, executionStatuses),
    ...(metric === bucketName ? { le: bucketFamily } : {}),
  });
  const family = metric === bucketName ? labels.le : 'executions';
  if (family === undefined) throw new UnreadableQueryError(`${metric} needs the label le`);
  const selection = {
    ...(labels.primitive_name === undefined ? {} : { primitiveName: labels.primitive_name }),
    ...(labels.primitive_type === undefined ? {} : { primitiveType: labels.primitive_type }),
    ...(labels.workflow_name === undefined ? {} : { workflowName: labels.workflow_name }),
  };
  return {
    byKind: kinds(family, labels.execution_status ?? executionStatuses, sign),
    selection,
    scope,
    over,
  };
}

function kinds(family: string, members: readonly string[], sign: 1 | -1): Map<string, number> {
  return new Map(members.map((member) => [`${family} ${member}`, sign]));
}

/** The value of each label by the reader that knows it. */
function matched<Readers extends Readonly<Record<string, (matcher: LabelMatcher) => unknown>>>(
  metric: string,
  matchers: readonly LabelMatcher[],
  readers: Readers,
): { [Label in keyof Readers]?: ReturnType<NonNullable<Readers[Label]>> } {
  const values: Record<string, unknown> = {};
  for (const matcher of matchers) {
    const { label } = matcher;
    const read = Object.hasOwn(readers, label) ? readers[label] : undefined;
    if (!read) throw new UnreadableQueryError(`${metric} has no label ${label} that is known here`);
    if (label in values) throw new UnreadableQueryError(`it matches ${label} twice`);
    values[label] = read(matcher);
  }
  return values as { [Label in keyof Readers]?: ReturnType<NonNullable<Readers[Label]>> };
}

function equal({ label, operator, value }: LabelMatcher): string {
  if (operator !== '=' || value === '') throw new UnreadableQueryError(`${label} has to be = one value`);
  return value;
}

function bucketFamily(matcher: LabelMatcher): string {
  const le = equal(matcher);
  if (le === '+Inf') return 'executions';
  const limitMs = /^\d+(\.\d+)?([eE][-+]?\d+)?$/.test(le) ? Number(le) : 0;
  if (limitMs > 0 && limitMs < Infinity) return `within ${limitMs}`;
  throw new UnreadableQueryError(`le="${le}" is no number of milliseconds`);
}

function among({ label, operator, value }: LabelMatcher, all: readonly string[]): readonly string[] {
  const isPattern = operator === '=~' || operator === '!~';
  const named = isPattern ? value.replace(/^\((.*)\)$/, '$1').split('|') : [value];
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new UnreadableQueryError(
      `${label} is matched with "${unknown}", which is none of ${all.join(', ')}`,
    );
  const isWanted = operator === '=' || operator === '=~';
  return all.filter((name) => named.includes(name) === isWanted);
}
