import { isSessionList, type SessionSummary } from '@tta/obs-protocol';
import { formatCost, formatCount } from '../format-usage.ts';
import { safeText } from '../safe-text.ts';
import type { ServiceClient } from '../service-client.ts';
import { columnsOf, failedText, minuteText, type StatsReport } from './stats-report.ts';
import { tooOld } from './usage-stats.ts';

const NEWEST = 50;

/** The newest sessions, those with the newest end first. */
export async function sessionStats(client: ServiceClient): Promise<StatsReport> {
  const answer = await client.read(`/api/sessions?limit=${NEWEST}`, isSessionList);
  if (answer === undefined) throw tooOld(client.url);
  const { items, nextCursor } = answer;
  return {
    answer,
    columns: columnsOf(
      ['session', 'user', 'service'],
      ['traces', 'failed', 'calls', 'in', 'out', 'cost', 'last'],
      ['calls', 'in', 'out', 'user', 'failed', 'service', 'last', 'traces'],
    ),
    cells: items.map(cellsOf),
    footer: [
      ...(nextCursor === null ? [] : [`the newest ${NEWEST}`]),
      'tta-obs traces session:<session> lists the traces of one',
    ],
    none: 'No trace has told a session.',
  };
}

function cellsOf({
  sessionId,
  userId,
  serviceName,
  traceCount,
  errorCount,
  usage,
  lastTimeMs,
}: SessionSummary): readonly string[] {
  return [
    safeText(sessionId),
    userId === null ? '' : safeText(userId),
    safeText(serviceName),
    String(traceCount),
    failedText(errorCount, traceCount),
    String(usage.calls),
    formatCount(usage.inputTokens),
    formatCount(usage.outputTokens),
    formatCost(usage),
    minuteText(lastTimeMs).replace('T', ' '),
  ];
}
