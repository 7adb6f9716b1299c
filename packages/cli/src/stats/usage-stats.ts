import { isUsageReport, type AiUsage, type UsageGroup, type UsageGrouping } from '@tta/obs-protocol';
import { CommandError } from '../command-error.ts';
import { formatCost, formatCostSources, formatCount, formatTokens } from '../format-usage.ts';
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

const SPARE = ['cached', 'provider', 'failed', 'in', 'out'];
const USAGE_FIGURES = ['calls', 'failed', 'in', 'cached', 'out', 'cost'];

/** What calls of models used and cost: the dearest first, days in order. */
export async function usageStats(
  by: UsageGrouping,
  client: ServiceClient,
  question: StatsQuestion,
): Promise<StatsReport> {
  const parameters = windowParameters(question);
  parameters.set('by', by);
  // A day is one of the person who asks.
  if (by === 'day') parameters.set('utcOffset', String(-new Date().getTimezoneOffset()));
  const answer = await client.read(`/api/llm/usage?${parameters.toString()}`, isUsageReport);
  if (answer === undefined) throw tooOld(client.url);
  const { items, total, sinceMs } = answer;
  const hasProvider = by === 'model';
  const from = minuteText(sinceMs);
  return {
    answer,
    columns: columnsOf([by, ...(hasProvider ? ['provider'] : [])], USAGE_FIGURES, SPARE),
    cells: items.map((item) => [
      item.key === null ? '(not told)' : safeText(item.key),
      ...(hasProvider ? [providerOf(item)] : []),
      ...usageCells(item),
    ]),
    footer: [totalText(total), `since ${from}`],
    none: `No call of a model has ended since ${from} (--since ${question.since}).`,
  };
}

/** Calls, failed ones, tokens, cost. */
function usageCells(usage: AiUsage): readonly string[] {
  const { calls, errors, inputTokens, cacheReadTokens, outputTokens } = usage;
  return [
    String(calls),
    failedText(errors, Math.max(calls, errors)),
    formatCount(inputTokens),
    cacheReadTokens === 0 ? '' : formatCount(cacheReadTokens),
    formatCount(outputTokens),
    formatCost(usage),
  ];
}

/** @returns What a service that does not know an address is told to be. */
export function tooOld(url: string): CommandError {
  return new CommandError(
    1,
    `The service at ${url} is of an older version without these statistics: stop it, and start this one with "tta-obs start".`,
  );
}

function totalText(total: AiUsage): string {
  const cost = formatCostSources(total, []);
  const calls = `${total.calls} ${total.calls === 1 ? 'call' : 'calls'}`;
  const tokens = `${formatTokens(total.inputTokens, total.outputTokens)} tokens`;
  return `in all ${calls}, ${tokens}${cost === '' ? '' : `, ${cost}`}`;
}

function providerOf({ provider }: UsageGroup): string {
  return provider === null ? '' : safeText(provider);
}
