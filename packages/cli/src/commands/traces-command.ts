import type { TraceSummary } from '@tta/obs-protocol';
import { UsageError } from '../command-error.ts';
import { formatDuration } from '../format-duration.ts';
import { outputFormat } from '../output-format.ts';
import { safeText } from '../safe-text.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { markdownTable, textTable, type TableColumn } from '../text-table.ts';
import { STATUS_MARK, statusColour } from '../status-mark.ts';
import type { TracesFlags } from './traces.ts';

const USUAL = 20;
const MOST = 500;

const COLUMNS: readonly TableColumn[] = [
  { title: ' ', align: 'left' },
  { title: 'name', align: 'left' },
  { title: 'service', align: 'left' },
  { title: 'started', align: 'left' },
  { title: 'duration', align: 'right' },
  { title: 'spans', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'trace', align: 'right' },
];

/** `tta-obs traces`: the newest traces, newest first. */
export async function tracesCommand(flags: TracesFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const limit = limitOf(flags.limit);
  const format = outputFormat(flags);
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const traces = await client.newestTraces(limit);
  if (format === 'json') terminal.out(`${JSON.stringify(traces)}\n`);
  else if (format === 'markdown') terminal.out(markdownTable(COLUMNS, traces.map(cellsOf)));
  else terminal.out(table(traces, client.url, surroundings));
  return 0;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return USUAL;
  const limit = /^[0-9]{1,3}$/.test(text) ? Number(text) : NaN;
  if (limit >= 1 && limit <= MOST) return limit;
  throw new UsageError(`--limit must be a whole number from 1 to ${MOST}, but is "${text}".`);
}

function table(traces: readonly TraceSummary[], url: string, { terminal }: Surroundings): string {
  if (traces.length === 0) return `The service at ${url} has no traces yet.\n`;
  const paint = style(terminal.hasColour);
  const [titles, ...rows] = textTable(COLUMNS, traces.map(cellsOf), terminal.columns);
  const lines = rows.map((row, at) => {
    const mark = STATUS_MARK[traces[at]!.status];
    return `${statusColour(traces[at]!.status, paint)(mark)}${row.slice(mark.length)}\n`;
  });
  return `${paint.bold(titles!)}\n${lines.join('')}`;
}

function cellsOf(trace: TraceSummary): readonly string[] {
  const { name, serviceName, startTimeMs, durationMs, spanCount, errorCount } = trace;
  return [
    STATUS_MARK[trace.status],
    safeText(name) || '(no name)',
    safeText(serviceName),
    new Date(startTimeMs).toISOString().slice(0, 19).replace('T', ' '),
    formatDuration(durationMs),
    String(spanCount),
    errorCount === 0 ? '' : String(errorCount),
    trace.traceId,
  ];
}
