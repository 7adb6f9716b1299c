import type { TraceSummary } from '@tta/obs-protocol';
import type { Flags } from './command-line.ts';
import { logLines } from './log-lines.ts';
import { fetchLogs, fetchLogsWithoutTrace, fetchTrace } from './service-client.ts';
import { serviceSettings } from './service-settings.ts';
import { serviceUrl } from './service-start.ts';
import { style } from './style.ts';
import type { Surroundings, Terminal } from './surroundings.ts';
import { traceTree } from './trace-tree.ts';

/** `tta-obs trace`: prints a trace of the running service, with `--logs` also what was logged in it. */
export async function traceCommand(
  flags: Flags,
  traceId: string,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const { host, port } = serviceSettings(flags, surroundings);
  const url = serviceUrl(host, port);
  const document = await fetchTrace(url, traceId);
  if (document === undefined) {
    if (flags.logs === true && (await printLogsWithoutTrace(url, traceId, terminal))) return 0;
    terminal.err(
      traceId === 'latest'
        ? `The service at ${url} has no traces yet.\n`
        : `The service at ${url} has no trace ${traceId}: it may have been removed by retention.\n`,
    );
    return 1;
  }
  const { summary } = document;
  terminal.out(traceTree(document, terminal));
  if (flags.logs === true) await printLogs(url, summary, terminal);
  terminal.out(style(terminal.hasColour).dim(`${url}/#/traces/${summary.traceId}`) + '\n');
  return 0;
}

async function printLogs(url: string, summary: TraceSummary, terminal: Terminal): Promise<void> {
  const { traceId, startTimeMs, serviceName } = summary;
  const { hasColour } = terminal;
  let hasLines = false;
  for await (const records of fetchLogs(url, traceId)) {
    if (records.length > 0 && !hasLines) terminal.out('\n');
    hasLines ||= records.length > 0;
    terminal.out(logLines(records, { startTimeMs, serviceName, hasColour }));
  }
  terminal.out(hasLines ? '\n' : style(hasColour).dim('no log lines') + '\n');
}

/** @returns False when there are none. */
async function printLogsWithoutTrace(url: string, traceId: string, terminal: Terminal): Promise<boolean> {
  if (traceId === 'latest') return false;
  const records = await fetchLogsWithoutTrace(url, traceId);
  const [first] = records;
  if (first === undefined) return false;
  const { hasColour } = terminal;
  const startTimeMs = Number(first.timeUnixNano) / 1e6;
  terminal.out(`${style(hasColour).dim('no spans of this trace')}\n\n`);
  terminal.out(logLines(records, { startTimeMs, serviceName: first.serviceName, hasColour }));
  return true;
}
