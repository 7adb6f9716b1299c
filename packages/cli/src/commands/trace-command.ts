import type { TraceSummary } from '@tta/obs-protocol';
import { logLines } from '../log-lines.ts';
import { noSuchTrace } from '../command-error.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { style } from '../style.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';
import { traceTree } from '../trace-tree.ts';
import type { TraceFlags } from './trace.ts';

/** `tta-obs trace`: prints a trace of the running service, with `--logs` also what was logged in it. */
export async function traceCommand(
  flags: TraceFlags,
  traceId: string,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const document = await client.trace(traceId);
  if (document === undefined) {
    if (flags.logs === true && (await printLogsWithoutTrace(client, traceId, terminal))) return 0;
    throw noSuchTrace(client.url, traceId);
  }
  const { summary } = document;
  terminal.out(traceTree(document, terminal));
  if (flags.logs === true) await printLogs(client, summary, terminal);
  terminal.out(style(terminal.hasColour).dim(`${client.url}/#/traces/${summary.traceId}`) + '\n');
  return 0;
}

async function printLogs(client: ServiceClient, summary: TraceSummary, terminal: Terminal): Promise<void> {
  const { traceId, startTimeMs, serviceName } = summary;
  const { hasColour } = terminal;
  let hasLines = false;
  for await (const records of client.logs(traceId)) {
    if (records.length > 0 && !hasLines) terminal.out('\n');
    hasLines ||= records.length > 0;
    terminal.out(logLines(records, { startTimeMs, serviceName, hasColour }));
  }
  terminal.out(hasLines ? '\n' : style(hasColour).dim('no log lines') + '\n');
}

/** @returns False when there are none. */
async function printLogsWithoutTrace(
  client: ServiceClient,
  traceId: string,
  terminal: Terminal,
): Promise<boolean> {
  if (traceId === 'latest') return false;
  const records = await client.logsWithoutTrace(traceId);
  const [first] = records;
  if (first === undefined) return false;
  const { hasColour } = terminal;
  const startTimeMs = Number(first.timeUnixNano) / 1e6;
  terminal.out(`${style(hasColour).dim('no spans of this trace')}\n\n`);
  terminal.out(logLines(records, { startTimeMs, serviceName: first.serviceName, hasColour }));
  return true;
}
