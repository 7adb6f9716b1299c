import type { TraceSummary } from '@tta/obs-protocol';
import { fittingColumns, type OptionalColumn } from './fitting-columns.ts';
import { formatDuration } from './format-duration.ts';
import { formatCost, formatTokens } from './format-usage.ts';
import { markdownTable } from './markdown.ts';
import { safeText } from './safe-text.ts';
import { STATUS_MARK, statusColour } from './status-mark.ts';
import { style } from './style.ts';
import { textTable } from './text-table.ts';

const SHORT_ID = 8;

interface TraceColumn extends OptionalColumn {
  readonly cellOf: (trace: TraceSummary) => string;
}

const MARK: TraceColumn = { title: ' ', align: 'left', cellOf: ({ status }) => STATUS_MARK[status] };
const NAME: TraceColumn = {
  title: 'name',
  align: 'left',
  isForeign: true,
  cellOf: ({ name }) => safeText(name) || '(no name)',
};
const SERVICE: TraceColumn = {
  title: 'service',
  align: 'left',
  isForeign: true,
  worth: 3,
  cellOf: ({ serviceName }) => safeText(serviceName),
};
const DATE: TraceColumn = {
  title: 'started',
  align: 'right',
  cellOf: ({ startTimeMs }) => new Date(startTimeMs).toISOString().slice(0, 19).replace('T', ' '),
};
const TIME: TraceColumn = { ...DATE, cellOf: (trace) => DATE.cellOf(trace).slice(11) };
const DURATION: TraceColumn = {
  title: 'duration',
  align: 'right',
  cellOf: ({ durationMs }) => formatDuration(durationMs),
};
const SPANS: TraceColumn = {
  title: 'spans',
  align: 'right',
  worth: 1,
  cellOf: ({ spanCount }) => String(spanCount),
};
const FAILED: TraceColumn = {
  title: 'failed',
  align: 'right',
  worth: 4,
  cellOf: ({ errorCount }) => (errorCount === 0 ? '' : String(errorCount)),
};
const TOKENS: TraceColumn = {
  title: 'tokens',
  align: 'right',
  worth: 2,
  cellOf: ({ usage }) =>
    usage === null || usage.inputTokens + usage.outputTokens === 0
      ? ''
      : formatTokens(usage.inputTokens, usage.outputTokens),
};
const COST: TraceColumn = {
  title: 'cost',
  align: 'right',
  worth: 5,
  cellOf: ({ usage }) => (usage === null ? '' : formatCost(usage)),
};
const ID: TraceColumn = { title: 'trace', align: 'right', cellOf: ({ traceId }) => traceId };
const SHORT: TraceColumn = { ...ID, cellOf: ({ traceId }) => traceId.slice(0, SHORT_ID) };

/** Traces as a table that fits a terminal: ids are cut to what tells them apart, and columns left out. */
export function traceTable(traces: readonly TraceSummary[], width: number, hasColour: boolean): string {
  const paint = style(hasColour);
  const columns = fitting(told(traces, oneDay(traces) ? TIME : DATE), traces, width);
  const [titles, ...rows] = textTable(columns, cellsOf(traces, columns), width);
  const lines = rows.map((row, at) => {
    const { status } = traces[at]!;
    const mark = STATUS_MARK[status];
    return `${statusColour(status, paint)(mark)}${row.slice(mark.length)}\n`;
  });
  return `${paint.bold(titles!)}\n${lines.join('')}`;
}

/** The same as a table of Markdown, uncut. */
export function traceTableMarkdown(traces: readonly TraceSummary[]): string {
  const columns = told(traces, DATE);
  return markdownTable(columns, cellsOf(traces, columns));
}

/** Tokens and costs where any trace has them. */
function told(traces: readonly TraceSummary[], started: TraceColumn): readonly TraceColumn[] {
  const usage = [TOKENS, COST].filter(({ cellOf }) => traces.some((trace) => cellOf(trace) !== ''));
  return [MARK, NAME, SERVICE, started, DURATION, SPANS, FAILED, ...usage, ID];
}

function oneDay(traces: readonly TraceSummary[]): boolean {
  const today = new Date().toISOString().slice(0, 10);
  return traces.every((trace) => DATE.cellOf(trace).startsWith(today));
}

/** Whole ids where all columns have room, else their beginnings. */
function fitting(
  columns: readonly TraceColumn[],
  traces: readonly TraceSummary[],
  width: number,
): readonly TraceColumn[] {
  const cells = ({ cellOf }: TraceColumn) => traces.map(cellOf);
  const whole = fittingColumns(columns, cells, width);
  if (whole.length === columns.length || !areApart(traces)) return whole;
  return fittingColumns(
    columns.map((column) => (column === ID ? SHORT : column)),
    cells,
    width,
  );
}

/** The beginnings of their ids tell them apart. */
function areApart(traces: readonly TraceSummary[]): boolean {
  return new Set(traces.map(SHORT.cellOf)).size === traces.length;
}

function cellsOf(traces: readonly TraceSummary[], columns: readonly TraceColumn[]): readonly string[][] {
  return traces.map((trace) => columns.map(({ cellOf }) => cellOf(trace)));
}
