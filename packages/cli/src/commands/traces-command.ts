import type { TraceSummary } from '@tta/obs-protocol';
import { parseQuery } from '@tta/obs-protocol/query';
import { UsageError } from '../command-error.ts';
import { tableWidth } from '../fitting-columns.ts';
import { outputFormat } from '../output-format.ts';
import { queryArgument } from '../query-argument.ts';
import { safeText } from '../safe-text.ts';
import { SearchProgress } from '../search-progress.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';
import { searchTraces } from '../trace-search.ts';
import { traceTable, traceTableMarkdown } from '../trace-table.ts';
import type { TracesFlags } from './traces.ts';

const USUAL = 20;
const MOST = 10_000;

/** `tta-obs traces`: the newest traces, or those that a query finds, newest first. */
export async function tracesCommand(
  flags: TracesFlags,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const limit = limitOf(flags.limit);
  const format = outputFormat(flags);
  const query = queryArgument(words, terminal.columns);
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const traces = await found(client, query, limit, terminal);
  if (traces.length === 0) terminal.err(noneText(query, client.url));
  if (format === 'json') terminal.out(`${JSON.stringify(traces)}\n`);
  else if (format === 'markdown') terminal.out(traceTableMarkdown(traces));
  else if (traces.length > 0) terminal.out(traceTable(traces, tableWidth(terminal), terminal.hasColour));
  return 0;
}

async function found(
  client: ServiceClient,
  query: string,
  limit: number,
  terminal: Terminal,
): Promise<readonly TraceSummary[]> {
  const traces: TraceSummary[] = [];
  const progress = new SearchProgress(terminal);
  try {
    for await (const { items, lookedBackToMs } of searchTraces(client, { query, limit })) {
      traces.push(...items);
      progress.show(traces.length, lookedBackToMs);
    }
  } finally {
    progress.clear();
  }
  return traces;
}

/** With the query as it was typed: printed from what was understood, it would be another one. */
function noneText(query: string, url: string): string {
  const { root } = parseQuery(query);
  if (root === undefined) return `The service at ${url} has no traces yet.\n`;
  return `No trace of the service at ${url} is found by: ${safeText(query)}\n`;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return USUAL;
  const limit = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (limit >= 1 && limit <= MOST) return limit;
  throw new UsageError(`--limit must be a whole number from 1 to ${MOST}, but is "${text}".`);
}
