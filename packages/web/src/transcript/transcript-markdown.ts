import type { TraceDocument } from '@tta/obs-protocol';
import { formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { attachmentText, valueText } from './piece-text.ts';
import type { Piece, Speech, TranscriptRow } from './transcript-rows.ts';

/** A whole transcript as a Markdown document. What was said stands in it as it was said. */
export function transcriptMarkdown(
  { summary, spans }: TraceDocument,
  rows: readonly TranscriptRow[],
): string {
  const { name, traceId, startTimeMs, durationMs } = summary;
  const facts = `trace ${traceId} · ${new Date(startTimeMs).toISOString()} · ${formatDuration(durationMs)}`;
  const blocks = [`# ${oneLine(name)}`, facts];
  for (const row of rows) {
    blocks.push(`## ${rowHeading(row, spans.ai)}`);
    if (row.message !== null && row.status !== 'success')
      blocks.push(`**${row.status}**: ${oneLine(row.message)}`);
    if (row.earlierCount > 0) blocks.push(`… ${row.earlierCount} earlier messages`);
    blocks.push(...row.speeches.map(speechMarkdown));
  }
  return `${blocks.join('\n\n')}\n`;
}

function speechMarkdown({ speaker, name, pieces }: Speech): string {
  const who = name === null ? speaker : `${speaker} ${oneLine(name)}`;
  return [`**${who}**`, ...pieces.map(pieceMarkdown)].join('\n\n');
}

function pieceMarkdown(piece: Piece): string {
  switch (piece.type) {
    case 'text':
      return piece.text.trim();
    case 'reasoning':
      return `> ${piece.text.trim().replaceAll('\n', '\n> ')}`;
    case 'attachment':
      return `[${oneLine(attachmentText(piece.part))}]`;
    case 'value':
      return fenced(valueText(piece.value), typeof piece.value === 'string' ? '' : 'json');
    case 'tool': {
      const { name, given, result, execution } = piece.use;
      const failure = execution?.message ?? null;
      const outcome = execution === undefined ? '' : ` · ${formatDuration(execution.durationMs)}`;
      return [
        `→ \`${oneLine(name)}\`${outcome}`,
        fenced(valueText(given), typeof given === 'string' ? '' : 'json'),
        ...(failure === null ? [] : [`**${execution!.status}**: ${oneLine(failure)}`]),
        ...(result === undefined
          ? []
          : [fenced(valueText(result), typeof result === 'string' ? '' : 'json')]),
      ].join('\n\n');
    }
  }
}

function rowHeading(
  { title, purpose, at, durationMs }: TranscriptRow,
  ai: TraceDocument['spans']['ai'],
): string {
  const input = ai.inputTokens[at] ?? null;
  const output = ai.outputTokens[at] ?? null;
  const tokens =
    input === null && output === null
      ? []
      : [
          `${input === null ? '?' : formatCount(input)} → ${output === null ? '?' : formatCount(output)} tokens`,
        ];
  const names = purpose === null ? title : `${title}, ${purpose}`;
  return [oneLine(names), ...tokens, formatDuration(durationMs)].join(' · ');
}

/** A code block that nothing in it can end. */
function fenced(text: string, language: string): string {
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
