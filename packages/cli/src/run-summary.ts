import type { AiUsage, TraceDocument, TraceSummary } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { formatCostSources, formatTokens } from './format-usage.ts';
import { safeText, truncate, widthOf } from './safe-text.ts';
import { STATUS_MARK, statusColour } from './status-mark.ts';
import { style } from './style.ts';
import { traceRows } from './trace-rows.ts';

const SHORT_ID = 8;
const NAME_MOST = 32;

/** A run that did not go well. */
export interface FailedRun {
  readonly trace: TraceSummary;
  /** Of the first error in it; empty where none has a message. */
  readonly message: string;
}

/** Runs whose end is not good: neither a success nor one that waits. */
export function isFailed({ status }: TraceSummary): boolean {
  return status === 'error' || status === 'timeout';
}

/** The message of the error that a reader of the tree meets first. */
export function firstError({ spans }: TraceDocument): string {
  const pending = [...traceRows(spans)].reverse();
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    if (row.message !== null && row.message !== '') return row.message;
    pending.push(...row.children.toReversed());
  }
  return '';
}

/** What several runs came to, in a line, and a line for each of those that failed. Each line ends with a line feed. */
export function runSummary(
  traces: readonly TraceSummary[],
  failed: readonly FailedRun[],
  { columns, hasColour }: { readonly columns: number; readonly hasColour: boolean },
): string {
  const paint = style(hasColour);
  const failedCount = traces.filter(isFailed).length;
  const usage = sumOf(traces.flatMap((trace) => trace.usage ?? []));
  const tokens = usage.inputTokens + usage.outputTokens;
  const cost = formatCostSources(usage, []);
  const total = [
    `${traces.length} ${traces.length === 1 ? 'run' : 'runs'}${failedCount === 0 ? '' : `, ${failedCount} failed`}`,
    ...(tokens === 0 ? [] : [`${formatTokens(usage.inputTokens, usage.outputTokens)} tokens`]),
    ...(cost === '' ? [] : [cost]),
  ];
  const names = failed.map(({ trace }) => truncate(safeText(trace.name) || '(no name)', NAME_MOST));
  const durations = failed.map(({ trace }) => formatDuration(trace.durationMs));
  const lines = failed.map(({ trace, message }, at) => {
    const colour = statusColour(trace.status, paint);
    const facts = [
      trace.traceId.slice(0, SHORT_ID),
      durations[at]!.padStart(Math.max(...durations.map(widthOf))),
      names[at]!.padEnd(Math.max(...names.map(widthOf))),
    ].join('  ');
    const room = columns - widthOf(facts) - 4;
    return `${colour(STATUS_MARK[trace.status])} ${facts}  ${colour(truncate(message, room))}`.trimEnd();
  });
  return [paint.bold(total.join(' · ')), ...lines].map((line) => `${line}\n`).join('');
}

function sumOf(usages: readonly AiUsage[]): AiUsage {
  const sum = (of: (usage: AiUsage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  return {
    calls: sum(({ calls }) => calls),
    errors: sum(({ errors }) => errors),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    cacheReadTokens: sum(({ cacheReadTokens }) => cacheReadTokens),
    cacheWriteTokens: sum(({ cacheWriteTokens }) => cacheWriteTokens),
    reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
    reportedUsd: sum(({ reportedUsd }) => reportedUsd),
    estimatedUsd: sum(({ estimatedUsd }) => estimatedUsd),
    unpricedCount: sum(({ unpricedCount }) => unpricedCount),
  };
}
