import { UsageError } from '../command-error.ts';
import { markdownTable } from '../markdown.ts';
import { fittingColumns, tableWidth } from '../fitting-columns.ts';
import { nearestName } from '../nearest-name.ts';
import { outputFormat } from '../output-format.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { errorStats } from '../stats/error-stats.ts';
import { primitiveStats } from '../stats/primitive-stats.ts';
import { sessionStats } from '../stats/session-stats.ts';
import type { StatsQuestion, StatsReport } from '../stats/stats-report.ts';
import { usageStats } from '../stats/usage-stats.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { textTable } from '../text-table.ts';
import { parseWindow } from '../time-window.ts';
import type { StatsFlags } from './stats.ts';

/** Statistics are kept for so long. */
const MOST_DAYS = 90;

interface StatsKind {
  /** How far it looks back unless told otherwise; without it, it takes neither a time nor a service. */
  readonly usualSince?: string;
  ask(client: ServiceClient, question: StatsQuestion): Promise<StatsReport>;
}

/** By the values of `--by`. */
const KINDS: Readonly<Record<string, StatsKind>> = {
  primitive: { usualSince: '1h', ask: primitiveStats },
  model: { usualSince: '24h', ask: (...asked) => usageStats('model', ...asked) },
  provider: { usualSince: '24h', ask: (...asked) => usageStats('provider', ...asked) },
  service: { usualSince: '24h', ask: (...asked) => usageStats('service', ...asked) },
  day: { usualSince: '7d', ask: (...asked) => usageStats('day', ...asked) },
  session: { ask: sessionStats },
  error: { usualSince: '24h', ask: errorStats },
};

/** `tta-obs stats`: how primitives did, what models cost, what failed. */
export async function statsCommand(flags: StatsFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const by = flags.by ?? 'primitive';
  const { usualSince, ask } = kindOf(by);
  if (usualSince === undefined && (flags.since !== undefined || flags.service !== undefined)) {
    throw new UsageError(`--by ${by} tells the newest of all services: leave out --since and --service.`);
  }
  const since = flags.since ?? usualSince ?? '1h';
  const question = { since, windowMs: parseWindow(since, MOST_DAYS), serviceName: flags.service };
  const format = outputFormat(flags);
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const report = await ask(client, question);
  if (format === 'json') terminal.out(`${JSON.stringify(report.answer)}\n`);
  else if (format === 'markdown') terminal.out(markdownTable(report.columns, report.cells));
  else terminal.out(table(report, surroundings));
  return 0;
}

function kindOf(by: string): StatsKind {
  if (Object.hasOwn(KINDS, by)) return KINDS[by]!;
  const names = Object.keys(KINDS);
  const nearest = nearestName(by, names);
  const hint = nearest === undefined ? `give one of ${names.join(', ')}` : `did you mean "${nearest}"?`;
  throw new UsageError(`--by cannot be "${by}": ${hint}`);
}

function table({ columns, cells, isCalm, footer, none }: StatsReport, { terminal }: Surroundings): string {
  const paint = style(terminal.hasColour);
  if (cells.length === 0) return `${none}\n`;
  const width = tableWidth(terminal);
  const shown = fittingColumns(columns, (column) => cells.map((row) => row[columns.indexOf(column)]!), width);
  const shownCells = cells.map((row) => shown.map((column) => row[columns.indexOf(column)]!));
  const [titles, ...rows] = textTable(shown, shownCells, width);
  const lines = rows.map((row, at) => (isCalm?.(at) === true ? paint.dim(row) : row));
  return [paint.bold(titles!), ...lines, ...footer.map(paint.dim)].map((line) => `${line}\n`).join('');
}
