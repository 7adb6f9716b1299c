import { isErrorGroupList, type ErrorGroup } from '@tta/obs-protocol';
import { safeText } from '../safe-text.ts';
import type { ServiceClient } from '../service-client.ts';
import {
  columnsOf,
  minuteText,
  windowParameters,
  type StatsQuestion,
  type StatsReport,
} from './stats-report.ts';
import { tooOld } from './usage-stats.ts';

const MOST = 50;
const SHORT_ID = 8;

/** Failures by cause, the most frequent first. */
export async function errorStats(client: ServiceClient, question: StatsQuestion): Promise<StatsReport> {
  const parameters = windowParameters(question);
  parameters.set('limit', String(MOST));
  const answer = await client.read(`/api/errors?${parameters.toString()}`, isErrorGroupList);
  if (answer === undefined) throw tooOld(client.url);
  const { items, nextCursor } = answer;
  return {
    answer,
    columns: columnsOf(['error', 'service'], ['count', 'last', 'trace'], ['last', 'service']),
    cells: items.map(cellsOf),
    footer: [
      ...(nextCursor === null ? [] : [`the ${MOST} most frequent`]),
      `since ${minuteText(Number(parameters.get('sinceMs')))}, in whole hours`,
    ],
    none: `Nothing has failed in the last ${question.since}.`,
  };
}

function cellsOf({
  type,
  message,
  spanName,
  serviceName,
  count,
  lastTimeMs,
  traceId,
}: ErrorGroup): readonly string[] {
  // The class of most errors says nothing that their message does not.
  const named = [type === 'Error' && message !== null ? null : type, message].filter((text) => text !== null);
  return [
    safeText(named.join(': ')) || `in ${safeText(spanName)}`,
    safeText(serviceName),
    String(count),
    minuteText(lastTimeMs).replace('T', ' '),
    traceId.slice(0, SHORT_ID),
  ];
}
