import type { LlmToolCall } from '@tta/obs-context';
import { jsonText, messageOf } from '@tta/obs-instrumentation';
import { beginning, wholeCharacters } from '../internal/whole-characters.ts';
import type { ToolMessage } from './conversation.ts';

/** Characters of what a tool returns that a model is told: some 25,000 tokens. */
const longestAnswer = 100_000;

/** What a model is told of a call that came to something: a text as it is, nothing as an empty one, the rest as JSON. */
export function answerOf(call: LlmToolCall, output: unknown): ToolMessage {
  if (output === undefined) return toolMessage(call, '');
  if (typeof output === 'string') return toolMessage(call, output);
  const { text, isWhole } = jsonText(output, longestAnswer);
  return toolMessage(call, isWhole ? text : beginning(text, longestAnswer) + cutNote);
}

/** What it is told of one that came to nothing. */
export function failureOf(call: LlmToolCall, error: unknown): ToolMessage {
  return { ...toolMessage(call, messageOf(error)), isError: true };
}

const cutNote = '… (the rest is left out)';

function toolMessage({ id, name }: LlmToolCall, text: string): ToolMessage {
  const told = text.length > longestAnswer + cutNote.length ? beginning(text, longestAnswer) + cutNote : text;
  return { role: 'tool', ...(id !== undefined && { toolCallId: id }), name, text: wholeCharacters(told) };
}
