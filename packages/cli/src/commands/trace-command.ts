import type { LogRecord, TraceSummary } from '@tta/obs-protocol';
import { logLines } from '../log-lines.ts';
import { noSuchTrace, UsageError } from '../command-error.ts';
import { outputFormat, type OutputFormat } from '../output-format.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { style } from '../style.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';
import { isWholeTraceId } from '../trace-id.ts';
import { traceJson } from '../trace-json.ts';
import { traceMarkdown } from '../trace-markdown.ts';
import { traceTree } from '../trace-tree.ts';
import { printTranscript } from './trace-transcript.ts';
import type { TraceFlags } from './trace.ts';

const MARKDOWN_LOG_LINES = 200;

/** `tta-obs trace`: prints a trace of the running service, with `--logs` also what was logged in it. */
export async function traceCommand(
  flags: TraceFlags,
  traceId: string,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const format = outputFormat(flags);
  if (flags.full === true && flags.transcript !== true)
    throw new UsageError('--full goes with --transcript.');
  if (flags.logs === true && flags.transcript === true) {
    throw new UsageError('--logs and --transcript show two things: give one.');
  }
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const document = await client.trace(traceId);
  if (document === undefined) {
    if (flags.logs === true && (await printLogsWithoutTrace(client, traceId, format, surroundings))) return 0;
    throw noSuchTrace(client.url, traceId);
  }
  const { summary } = document;
  if (flags.transcript === true) {
    await printTranscript(client, document, { format, isFull: flags.full === true }, surroundings);
    return 0;
  }
  if (format === 'json') {
    await surroundings.pipeOut(traceJson(client, summary.traceId, document, flags.logs === true));
    return 0;
  }
  if (format === 'markdown') {
    const logs = flags.logs === true ? await logText(client, summary) : undefined;
    terminal.out(traceMarkdown(document, logs));
    return 0;
  }
  const { columns, hasColour } = terminal;
  terminal.out(traceTree(document, { columns, hasColour }));
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

/** For an issue: the first lines, and whether there are more. */
async function logText(
  client: ServiceClient,
  { traceId, startTimeMs, serviceName }: TraceSummary,
): Promise<string> {
  const records: LogRecord[] = [];
  for await (const page of client.logs(traceId)) {
    records.push(...page);
    if (records.length > MARKDOWN_LOG_LINES) break;
  }
  const shown = records.slice(0, MARKDOWN_LOG_LINES);
  const rest = records.length > shown.length ? `… more: tta-obs trace ${traceId} --logs\n` : '';
  return logLines(shown, { startTimeMs, serviceName, hasColour: false }) + rest;
}

/** @returns False when there are none. */
async function printLogsWithoutTrace(
  client: ServiceClient,
  traceId: string,
  format: OutputFormat,
  surroundings: Surroundings,
): Promise<boolean> {
  const { terminal } = surroundings;
  if (!isWholeTraceId(traceId)) return false;
  const records = await client.logsWithoutTrace(traceId);
  const [first] = records;
  if (first === undefined) return false;
  if (format === 'json') {
    await surroundings.pipeOut(traceJson(client, traceId, undefined, true));
    return true;
  }
  const hasColour = format === 'text' && terminal.hasColour;
  const startTimeMs = Number(first.timeUnixNano) / 1e6;
  terminal.out(`${style(hasColour).dim('no spans of this trace')}\n\n`);
  terminal.out(logLines(records, { startTimeMs, serviceName: first.serviceName, hasColour }));
  return true;
}
