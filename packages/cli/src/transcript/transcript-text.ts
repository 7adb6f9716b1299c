import type { TraceDocument } from '@tta/obs-protocol';
import type { Conversation, Utterance } from '@tta/obs-protocol/transcript';
import { aiRows, type AiRow } from '../ai-row.ts';
import { formatDuration } from '../format-duration.ts';
import { kindGlyph } from '../kind-glyph.ts';
import { safeText, truncate, widthOf } from '../safe-text.ts';
import { STATUS_MARK, statusColour } from '../status-mark.ts';
import { style, type Style } from '../style.ts';
import { turnText, type LabelledText } from './message-text.ts';
import { wrapText } from './wrap-text.ts';

const WIDTH_LIMIT = 100;
const WIDTH_LEAST = 40;
/** What a text has at least, however many agents are within each other. */
const TEXT_LEAST = 24;
/** `assistant` */
const LABEL_LEAST = 9;
const LABEL_MOST = 16;
const INDENT = '  ';

export interface TranscriptTextOptions {
  /** Width of the terminal in characters; more than 100 are not used. */
  readonly columns: number;
  readonly hasColour: boolean;
  /** Nothing is folded. */
  readonly isFull: boolean;
}

/**
 * A conversation to be read, turn by turn: the model or tool with what it used, and below it what is new in what was said,
 * wrapped, with who says it. Each part ends with an empty line.
 */
export function* transcriptText(
  { spans }: TraceDocument,
  conversation: Conversation,
  { columns, hasColour, isFull }: TranscriptTextOptions,
): Generator<string> {
  const paint = style(hasColour);
  const width = Math.max(WIDTH_LEAST, Math.min(columns, WIDTH_LIMIT));
  const rows = aiRows(spans);
  const utterances = conversation.utterances();
  const figures = utterances.map(({ span }) => figuresOf(rows.get(span)!, spans.durationMs[span]!));
  const widths = [0, 1, 2, 3].map((at) => Math.max(0, ...figures.map((cells) => widthOf(cells[at]!))));
  for (const [index, utterance] of utterances.entries()) {
    const cells = figures[index]!.map((cell, at) =>
      widths[at] === 0 ? '' : INDENT + cell.padStart(widths[at]!),
    );
    const indent = INDENT.repeat(utterance.depth);
    const body = bodyLines(utterance, Math.max(TEXT_LEAST, width - indent.length), isFull, paint);
    const lines = [
      headLine(utterance, spans, rows, cells.join(''), width - indent.length, paint),
      ...messageLine(utterance.span, spans, paint),
      ...body,
      '',
    ];
    yield lines.map((line) => `${line === '' ? '' : indent + line}\n`).join('');
  }
}

function headLine(
  { span, at }: Utterance,
  spans: TraceDocument['spans'],
  rows: ReadonlyMap<number, AiRow>,
  figures: string,
  width: number,
  paint: Style,
): string {
  const { ai } = spans;
  const operation = ai.operation[at]!;
  const status = spans.status[span]!;
  const named = operation === 'tool' ? ai.tool[at] : operation === 'agent' ? ai.agent[at] : ai.model[at];
  const label = spans.label[span];
  // A name of ours says what the call is for, and the model stands behind it.
  const title = safeText(named ?? label ?? spans.name[span]!);
  const purpose = named !== null && label && label !== named ? `  ${safeText(label)}` : '';
  const glyph = kindGlyph({ primitiveType: null, operation, otlpKind: 1 });
  const space = Math.max(8, width - widthOf(figures) - 4);
  const name = truncate(title, space);
  const beside = truncate(purpose, space - widthOf(name));
  const padding = ' '.repeat(Math.max(0, space - widthOf(name) - widthOf(beside)));
  const colour = statusColour(status, paint);
  return `${colour(STATUS_MARK[status])} ${glyph} ${paint.bold(name)}${paint.dim(beside)}${padding}${paint.dim(figures)}`;
}

function messageLine(span: number, spans: TraceDocument['spans'], paint: Style): readonly string[] {
  const status = spans.status[span]!;
  if (status === 'success') return [];
  const message = spans.statusMessage[span];
  return [`${INDENT}${statusColour(status, paint)(`${status}  ${safeText(message ?? '')}`.trimEnd())}`];
}

function bodyLines({ turn }: Utterance, width: number, isFull: boolean, paint: Style): readonly string[] {
  const { earlierCount, isCut } = turn;
  const texts = turnText(turn);
  const labelWidth = Math.min(LABEL_MOST, Math.max(LABEL_LEAST, ...texts.map(({ label }) => widthOf(label))));
  const earlier = `… ${earlierCount} earlier ${earlierCount === 1 ? 'message' : 'messages'}`;
  return [
    ...(earlierCount === 0 ? [] : [`${INDENT}${paint.dim(earlier)}`]),
    ...texts.flatMap((text) => textLines(text, labelWidth, width, isFull, paint)),
    ...(isCut ? [`${INDENT}${paint.dim('… there was more than the service reads of one span')}`] : []),
  ];
}

function textLines(
  { label, lines, mostLines }: LabelledText,
  labelWidth: number,
  width: number,
  isFull: boolean,
  paint: Style,
): readonly string[] {
  const wrapped = lines.flatMap((line) => wrapText(line, Math.max(TEXT_LEAST, width - labelWidth - 4)));
  // A fold of one line would hide no more than it takes.
  const isFolded = !isFull && wrapped.length > mostLines + 1;
  const shown = isFolded ? wrapped.slice(0, mostLines) : wrapped;
  const left = wrapped.length - shown.length;
  const tone = label === 'assistant' || label === 'user' ? (text: string) => text : paint.dim;
  return [
    ...shown.map((line, at) => {
      const head = at === 0 ? truncate(label, labelWidth).padEnd(labelWidth) : ' '.repeat(labelWidth);
      return `${INDENT}${paint.dim(head)}${INDENT}${tone(line)}`.trimEnd();
    }),
    ...(isFolded ? [`${' '.repeat(labelWidth + 4)}${paint.dim(`… ${left} more lines`)}`] : []),
  ];
}

/** Cached part, tokens, cost, duration. */
function figuresOf({ cached, tokens, cost }: AiRow, durationMs: number): readonly string[] {
  return [cached, tokens, cost, formatDuration(durationMs)];
}
