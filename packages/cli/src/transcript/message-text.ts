import type { AiMessage, AiPart, AttributeJson } from '@tta/obs-protocol';
import type { Turn } from '@tta/obs-protocol/transcript';
import { formatBytes } from '../format-bytes.ts';
import { safeLines, safeText } from '../safe-text.ts';

/** What stands beside a label of a transcript, in lines that nothing can steer the terminal with. */
export interface LabelledText {
  /** `user`, `assistant`, `reasoning`, `calls`, `result`, … */
  readonly label: string;
  readonly lines: readonly string[];
  /** How many lines are shown unless all are asked for. */
  readonly mostLines: number;
}

/** People read these; of what programs say to each other the beginning is enough. */
const MOST_TEXT = 24;
const MOST_DATA = 4;

/** All that a turn adds, in the order in which it is read. */
export function turnText(turn: Turn): readonly LabelledText[] {
  return [
    ...instructionText(turn.systemInstructions),
    ...[...turn.input, ...turn.output].flatMap(messageText),
    ...(turn.arguments === null ? [] : [dataText('given', turn.arguments)]),
    ...(turn.result === null ? [] : [dataText('result', turn.result)]),
  ];
}

/** The parts of a message, each labelled by who says it or what it is. */
export function messageText({ role, name, parts }: AiMessage): readonly LabelledText[] {
  const speaker = name === null ? role : `${role} ${name}`;
  return parts.map((part) => partText(part, speaker));
}

function instructionText(parts: readonly AiPart[]): readonly LabelledText[] {
  return parts.map((part) => ({ ...partText(part, 'system'), mostLines: MOST_DATA }));
}

/** What a tool was given, or what it returned. */
export function dataText(label: string, value: AttributeJson): LabelledText {
  return { label, lines: valueLines(value), mostLines: MOST_DATA };
}

function partText(part: AiPart, speaker: string): LabelledText {
  const label = safeText(speaker);
  switch (part.type) {
    case 'text':
      return { label, lines: textLines(part.text), mostLines: MOST_TEXT };
    case 'reasoning':
      return { label: 'reasoning', lines: textLines(part.text), mostLines: MOST_DATA };
    case 'tool_call': {
      const [first = '', ...rest] = valueLines(part.arguments);
      return {
        label: 'calls',
        lines: [`${safeText(part.name)} ${first}`.trimEnd(), ...rest],
        mostLines: MOST_DATA,
      };
    }
    case 'tool_response':
      return dataText('result', part.response);
    case 'blob': {
      const size = formatBytes(Math.floor((part.data.length * 3) / 4));
      return attached(label, [part.modality, part.mimeType, size]);
    }
    case 'uri':
      return attached(label, [part.modality, part.mimeType, part.uri]);
    case 'file':
      return attached(label, [part.modality, part.mimeType, part.fileId]);
    case 'unknown':
      return dataText(label, part.value);
  }
}

function attached(label: string, facts: readonly (string | null)[]): LabelledText {
  const text = facts.filter((fact) => fact !== null).join(', ');
  return { label, lines: [`[${safeText(text)}]`], mostLines: MOST_DATA };
}

function textLines(text: string): readonly string[] {
  const lines = [...safeLines(text)];
  while (lines.length > 1 && lines[0] === '') lines.shift();
  while (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}

/** A text as it is, anything else as JSON: in one line as long as that is short. */
function valueLines(value: AttributeJson): readonly string[] {
  if (typeof value === 'string') return textLines(value);
  const short = JSON.stringify(value);
  return safeLines(short.length <= 120 ? short : JSON.stringify(value, undefined, 2));
}
