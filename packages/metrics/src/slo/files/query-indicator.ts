import { durationBucketsMs, type ExecutionStatus } from '@tta/obs-context';
import type { SloIndicator, SloSelection } from '../slo-definition.ts';
import { parseCountQuery, UnreadableQueryError } from './count-query.ts';
import {
  countsWithout,
  type ExecutionCounts,
  executionCounts,
  executionStatuses,
  requireComparable,
} from './execution-counts.ts';
import { matchersRemark } from './event-queries.ts';
import type { FileNode } from './file-node.ts';

/** What queries measure, in our terms. */
export interface QueryIndicator {
  readonly indicator: SloIndicator;
  readonly selection: SloSelection;
  /** Where the queries measure something else than our indicator: what the query does, and what we do. */
  readonly differences: readonly string[];
}

/** The queries of an indicator, each where the file has it. A share is one query that divides two counts. */
export type IndicatorQueries =
  | { readonly good: FileNode; readonly total: FileNode }
  | { readonly bad: FileNode; readonly total: FileNode }
  | { readonly goodShare: FileNode }
  | { readonly badShare: FileNode };

const readable =
  'what can be read: sum(rate(primitive_execution_count_total{primitive_name="…",execution_status=~"error|timeout"}[5m])) ' +
  'over the same without the status, and sum(rate(primitive_execution_duration_bucket{le="500",execution_status="success"}[5m])) ' +
  'over sum(rate(primitive_execution_duration_count{execution_status="success"}[5m])), ' +
  'with equal primitive_name, primitive_type, workflow_name and labels such as job';

/**
 * Recognises what PromQL over our own metrics measures, whatever its spaces and the order of its labels.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) that names the field and what can be read.
 */
export function readQueryIndicator(queries: IndicatorQueries): QueryIndicator {
  const { good, total } = goodOfTotal(queries);
  const [node] = Object.values(queries) as [FileNode, ...FileNode[]];
  return refusing(node, () => {
    requireComparable(good, total);
    return interpreted(good, total);
  });
}

function refusing<T>(node: FileNode, read: () => T): T {
  try {
    return read();
  } catch (fault) {
    if (fault instanceof UnreadableQueryError) return node.refuse(`${fault.message}; ${readable}`);
    throw fault;
  }
}

interface GoodOfTotal {
  readonly good: ExecutionCounts;
  readonly total: ExecutionCounts;
}

function goodOfTotal(queries: IndicatorQueries): GoodOfTotal {
  if ('goodShare' in queries) return share(queries.goodShare);
  if ('badShare' in queries) {
    const { good: bad, total } = share(queries.badShare);
    return { good: refusing(queries.badShare, () => countsWithout(total, bad)), total };
  }
  if ('good' in queries) return { good: count(queries.good), total: count(queries.total) };
  const bad = count(queries.bad);
  const total = count(queries.total);
  return { good: refusing(queries.bad, () => countsWithout(total, bad)), total };
}

function count(node: FileNode): ExecutionCounts {
  const query = node.text(readable);
  return refusing(node, () => {
    const { terms, divisor } = parseCountQuery(query);
    if (divisor) throw new UnreadableQueryError('it is a ratio where a count belongs');
    return executionCounts(terms);
  });
}

function share(node: FileNode): GoodOfTotal {
  const query = node.text(readable);
  return refusing(node, () => {
    const { terms, divisor } = parseCountQuery(query);
    if (!divisor) throw new UnreadableQueryError('it is a count where a ratio belongs');
    return { good: executionCounts(terms), total: executionCounts(divisor) };
  });
}

function interpreted(good: ExecutionCounts, total: ExecutionCounts): QueryIndicator {
  const families = new Set(
    [...total.byKind, ...good.byKind]
      .filter(([, times]) => times !== 0)
      .map(([kind]) => kind.slice(0, kind.lastIndexOf(' '))),
  );
  families.delete('executions');
  const [family, ...others] = families;
  if (family?.startsWith('events '))
    throw new UnreadableQueryError(
      'slo_events_total does not tell what makes an execution good: keep the annotation that it was written with',
    );
  if (others.length > 0) throw new UnreadableQueryError('it asks for several thresholds');
  const { selection, scope } = total;
  const differences =
    selection.primitiveName === undefined && selection.primitiveType === undefined
      ? ['counts the executions of every primitive; here runs count, which no other execution started']
      : [];
  if (scope.length > 0) differences.push(matchersRemark(scope));
  if (family === undefined) {
    differences.push(...availabilityDifferences(counted(good, 'executions'), counted(total, 'executions')));
    return { indicator: { kind: 'availability' }, selection, differences };
  }
  const thresholdMs = Number(family.slice('within '.length));
  if (isAnything(counted(good, 'executions')) || isAnything(counted(total, family)))
    throw new UnreadableQueryError('it does not divide quick executions by all of them');
  differences.push(...latencyDifferences(counted(good, family), counted(total, 'executions'), thresholdMs));
  return { indicator: { kind: 'latency', thresholdMs }, selection, differences };
}

type Counted = Readonly<Record<ExecutionStatus, boolean>>;

/** Which statuses are counted, each once. */
function counted({ byKind }: ExecutionCounts, family: string): Counted {
  const isCounted = (status: ExecutionStatus): boolean => {
    const times = byKind.get(`${family} ${status}`) ?? 0;
    if (times !== 0 && times !== 1)
      throw new UnreadableQueryError(`it counts the status ${status} ${times} times`);
    return times === 1;
  };
  return {
    success: isCounted('success'),
    error: isCounted('error'),
    timeout: isCounted('timeout'),
    cancelled: isCounted('cancelled'),
    suspended: isCounted('suspended'),
  };
}

function isAnything(which: Counted): boolean {
  return executionStatuses.some((status) => which[status]);
}

/** Good and bad are how runs ended that came to an end of their own. */
const neither = ['cancelled', 'suspended'] as const;

function availabilityDifferences(good: Counted, total: Counted): string[] {
  if (!total.success || !good.success || !total.error || good.error)
    throw new UnreadableQueryError('it does not tell successes from errors');
  if (executionStatuses.some((status) => good[status] && !total[status]))
    throw new UnreadableQueryError('it finds more good than it counts');
  const differences: string[] = [];
  if (good.timeout) differences.push('counts timeouts as good; here they are bad');
  else if (!total.timeout) differences.push('leaves timeouts out; here they are bad');
  for (const as of ['good', 'bad'] as const) {
    const counted = neither.filter((status) => total[status] && good[status] === (as === 'good'));
    if (counted.length > 0)
      differences.push(`counts ${counted.join(' and ')} executions as ${as}; here they are neither`);
  }
  return differences;
}

function latencyDifferences(good: Counted, total: Counted, thresholdMs: number): string[] {
  if (!good.success || !total.success)
    throw new UnreadableQueryError('it does not divide quick successes by all of them');
  const differences: string[] = [];
  if (executionStatuses.some((status) => status !== 'success' && (good[status] || total[status])))
    differences.push('counts executions that failed; here those that succeeded count');
  if (!durationBucketsMs.some((bound) => bound === thresholdMs))
    differences.push(
      `asks for a bucket of ${thresholdMs} ms, which is not exported; here the limit is exact (buckets: ${durationBucketsMs.join(', ')})`,
    );
  return differences;
}
