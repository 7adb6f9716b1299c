import type { SpanColumns, TraceDocument } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { formatCostSources, formatCount, formatTokens } from './format-usage.ts';
import { safeText, widthOf } from './safe-text.ts';
import { STATUS_MARK, statusColour } from './status-mark.ts';
import { style } from './style.ts';

export interface TraceHeaderOptions {
  readonly columns: number;
  readonly hasColour: boolean;
}

/** What a whole run came to: how it ended, how long, how much, for whom. Wrapped between facts; ends with a line feed. */
export function traceHeader(document: TraceDocument, options: TraceHeaderOptions): string {
  const paint = style(options.hasColour);
  const { status } = document.summary;
  const [first, ...rest] = wrapped(facts(document), options.columns - 2);
  const colour = statusColour(status, paint);
  return [
    `${colour(STATUS_MARK[status])} ${first!.replace(status, colour)}`,
    ...rest.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function facts({ summary, services, spans }: TraceDocument): readonly string[] {
  const { status, durationMs, spanCount, errorCount, usage, sessionId, userId } = summary;
  const rootStatus = spans.parentSpanId[0] === null ? spans.status[0] : undefined;
  return [
    // A run that waited for a decision stays a row that waits; the trace is what became of its last part.
    summary.hasRoot && rootStatus !== undefined && rootStatus !== status ? `${status} in the end` : status,
    formatDuration(durationMs),
    `${spanCount} ${spanCount === 1 ? 'span' : 'spans'}${errorCount === 0 ? '' : `, ${errorCount} failed`}`,
    ...(summary.hasRoot ? [] : ['the root has not arrived yet']),
    ...(summary.isPartial ? ['what came before was removed'] : []),
    ...(summary.isPinned ? ['pinned'] : []),
    ...(usage === null ? [] : usageFacts(usage, priceTablesOf(spans))),
    services.map(safeText).join(', '),
    new Date(summary.startTimeMs).toISOString().slice(0, 19).replace('T', ' ') + 'Z',
    ...(sessionId === null ? [] : [`session ${safeText(sessionId)}`]),
    ...(userId === null ? [] : [`user ${safeText(userId)}`]),
  ];
}

/** Tables of prices that costs are estimated by. */
function priceTablesOf({ ai }: SpanColumns): readonly string[] {
  const tables = new Set<string>();
  for (const [at, table] of ai.priceTable.entries()) {
    if (ai.costSource[at] === 'estimated' && table !== null && table !== '') tables.add(safeText(table));
  }
  return [...tables].toSorted();
}

function usageFacts(
  usage: NonNullable<TraceDocument['summary']['usage']>,
  priceTables: readonly string[],
): readonly string[] {
  const { inputTokens, outputTokens, cacheReadTokens } = usage;
  const cached = cacheReadTokens === 0 ? '' : ` (${formatCount(cacheReadTokens)} cached)`;
  const cost = formatCostSources(usage, priceTables);
  return [
    ...(inputTokens + outputTokens === 0
      ? []
      : [`${formatTokens(inputTokens, outputTokens)} tokens${cached}`]),
    ...(cost === '' ? [] : [cost]),
  ];
}

/** As many facts on a line as fit; one that is longer than a line stays whole. */
function wrapped(texts: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const last = lines.at(-1);
    const longer = last === undefined ? text : `${last} · ${text}`;
    if (last === undefined || widthOf(longer) > width) lines.push(text);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
