import { isPrimitiveStatsList, type PrimitiveStats } from '@tta/obs-protocol';
import { formatDuration } from '../format-duration.ts';
import { safeText } from '../safe-text.ts';
import type { ServiceClient } from '../service-client.ts';
import {
  columnsOf,
  failedText,
  minuteText,
  windowParameters,
  type StatsQuestion,
  type StatsReport,
} from './stats-report.ts';

/** How each primitive did: those with the most time in them first. */
export async function primitiveStats(client: ServiceClient, question: StatsQuestion): Promise<StatsReport> {
  const path = `/api/primitives/stats?${windowParameters(question).toString()}`;
  const answer = await client.readExisting(path, isPrimitiveStatsList);
  const { items, sinceMs } = answer;
  const from = minuteText(sinceMs);
  return {
    answer,
    columns: columnsOf(
      ['primitive', 'type', 'service'],
      ['calls', 'failed', 'p50', 'p95', 'p99', 'max', 'total'],
      ['p99', 'max', 'total', 'p50', 'type', 'service'],
    ),
    cells: items.map(cellsOf),
    isCalm: (row) => items[row]!.errors === 0,
    footer: [`since ${from}`],
    none: `No primitive has ended since ${from} (--since ${question.since}).`,
  };
}

function cellsOf(item: PrimitiveStats): readonly string[] {
  const { calls, errors } = item;
  const times = [item.p50Ms, item.p95Ms, item.p99Ms, item.maxMs, item.totalMs];
  return [
    safeText(item.name),
    safeText(item.primitiveType),
    safeText(item.serviceName),
    String(calls),
    failedText(errors, calls),
    ...times.map(formatDuration),
  ];
}
