import type { PrimitiveStats, PrimitiveStatsList } from '@tta/obs-protocol';
import { formatDuration } from '../format-duration.ts';
import { outputFormat } from '../output-format.ts';
import { safeText } from '../safe-text.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { markdownTable, textTable, type TableColumn } from '../text-table.ts';
import { parseWindow } from '../time-window.ts';
import type { StatsFlags } from './stats.ts';

/** Statistics are kept for so long. */
const MOST_DAYS = 90;
const USUAL = '1h';

const COLUMNS: readonly TableColumn[] = [
  { title: 'primitive', align: 'left' },
  { title: 'type', align: 'left' },
  { title: 'service', align: 'left' },
  { title: 'calls', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p95', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'max', align: 'right' },
  { title: 'total', align: 'right' },
];

/** `tta-obs stats`: how each primitive did in a window of time. */
export async function statsCommand(flags: StatsFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const since = flags.since ?? USUAL;
  const windowMs = parseWindow(since, MOST_DAYS);
  const format = outputFormat(flags);
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const stats = await client.primitiveStats(windowMs, flags.service);
  if (format === 'json') terminal.out(`${JSON.stringify(stats)}\n`);
  else if (format === 'markdown') terminal.out(markdownTable(COLUMNS, stats.items.map(cellsOf)));
  else terminal.out(table(stats, since, surroundings));
  return 0;
}

function table({ items, sinceMs }: PrimitiveStatsList, since: string, { terminal }: Surroundings): string {
  const paint = style(terminal.hasColour);
  const from = new Date(sinceMs).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
  if (items.length === 0) return `No primitive has ended since ${from} (--since ${since}).\n`;
  const [titles, ...rows] = textTable(COLUMNS, items.map(cellsOf), terminal.columns);
  const lines = rows.map((row, at) => (items[at]!.errors > 0 ? row : paint.dim(row)));
  return `${paint.bold(titles!)}\n${lines.join('\n')}\n${paint.dim(`since ${from}`)}\n`;
}

function cellsOf(item: PrimitiveStats): readonly string[] {
  const { calls, errors } = item;
  const failed =
    errors === 0 ? '' : `${errors} (${((100 * errors) / calls).toFixed(errors === calls ? 0 : 1)} %)`;
  const times = [item.p50Ms, item.p95Ms, item.p99Ms, item.maxMs, item.totalMs];
  return [
    safeText(item.name),
    safeText(item.primitiveType),
    safeText(item.serviceName),
    String(calls),
    failed,
    ...times.map(formatDuration),
  ];
}
