import type { TraceDocument } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { codeBlock, codeSpan } from './markdown.ts';
import { safeText } from './safe-text.ts';
import { STATUS_MARK } from './status-mark.ts';
import { traceRows, type TraceRow } from './trace-rows.ts';
import { traceTree } from './trace-tree.ts';

/** Fits into an issue without scrolling. */
const COLUMNS = 100;
const FAILURE_LIMIT = 20;

/**
 * A trace for an issue or a pull request: what it is, its tree, and the messages of its errors uncut. Nothing that a
 * traced program says can become Markdown.
 *
 * @param logLines - What was logged in it, as text; without it nothing is said of that.
 */
export function traceMarkdown(document: TraceDocument, logLines?: string): string {
  return blocks([
    ...heading(document),
    codeBlock(traceTree(document, { columns: COLUMNS, hasColour: false })),
    ...failureList(document),
    ...(logLines === undefined ? [] : ['Log lines', codeBlock(logLines || 'none\n')]),
  ]);
}

/** What was said in a trace, for an issue. */
export function transcriptMarkdown(document: TraceDocument, transcript: string): string {
  return blocks([...heading(document), codeBlock(transcript)]);
}

function heading({ summary }: TraceDocument): readonly string[] {
  const { name, status, traceId, startTimeMs, durationMs } = summary;
  const facts = [
    `trace ${codeSpan(traceId)}`,
    new Date(startTimeMs).toISOString(),
    formatDuration(durationMs),
    ...(status === 'success' ? [] : [status]),
  ];
  return [`### ${STATUS_MARK[status]} ${codeSpan(safeText(name) || '(no name)')}`, facts.join(' · ')];
}

function blocks(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('\n');
}

/** Only what arose where it stands: ancestors that pass an error on stay silent, as in the tree. */
function failureList({ spans }: TraceDocument): readonly string[] {
  const lines: string[] = [];
  const pending = [...traceRows(spans)].reverse();
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    if (row.message !== null) lines.push(failureLine(row, row.message));
    pending.push(...row.children.toReversed());
  }
  if (lines.length === 0) return [];
  const rest = lines.length - FAILURE_LIMIT;
  const shown = lines.slice(0, FAILURE_LIMIT);
  return [[...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n')];
}

function failureLine({ status, title }: TraceRow, message: string): string {
  return `- ${STATUS_MARK[status]} ${codeSpan(title || '(no name)')} ${status}: ${codeSpan(message || '(no message)')}`;
}
