import type { AiPart, AttributeJson } from '@tta/obs-protocol';
import { isList, isObject, member, parsedJson, textMember, type JsonObject } from './bounded-json.ts';

type PartReader = (part: JsonObject) => AiPart | null;

/** Kinds of parts, by the words that OpenTelemetry, OpenAI, Anthropic, the AI SDK and OpenInference have. Google's have none. */
const READERS: Readonly<Record<string, PartReader>> = {
  text: textPart,
  input_text: textPart,
  output_text: textPart,
  reasoning: reasoningPart,
  thinking: reasoningPart,
  tool_call: toolCallPart,
  tool_use: toolCallPart,
  'tool-call': toolCallPart,
  function: toolCallPart,
  function_call: toolCallPart,
  tool_call_response: toolResponsePart,
  tool_result: toolResponsePart,
  'tool-result': toolResponsePart,
  function_call_output: toolResponsePart,
  blob: mediaPart,
  uri: mediaPart,
  file: mediaPart,
  image: mediaPart,
  image_url: mediaPart,
  input_image: mediaPart,
  input_audio: mediaPart,
  audio: mediaPart,
  document: mediaPart,
};

/** A piece of a message in any of the usual shapes. */
export function readPart(value: AttributeJson): AiPart {
  if (typeof value === 'string') return { type: 'text', text: value };
  if (!isObject(value)) return { type: 'unknown', value };
  const inner = member(value, 'message_content');
  // OpenInference has the call of a tool beside the content that it is.
  const part = isObject(inner) ? { ...value, ...inner } : value;
  const called = member(part, 'functionCall') ?? member(part, 'function_call');
  if (isObject(called)) return toolCallPart(called) ?? { type: 'unknown', value };
  const answered = member(part, 'functionResponse') ?? member(part, 'function_response');
  if (isObject(answered)) return toolResponsePart(answered);
  const type = textMember(part, 'type') ?? (textMember(part, 'text') === null ? '' : 'text');
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  return reader?.(part) ?? { type: 'unknown', value };
}

/** The call of a tool, whether its name stands in it or in a `function` within. */
export function toolCallPart(told: JsonObject): AiPart | null {
  const inner = member(told, 'tool_call');
  const call = isObject(inner) ? inner : told;
  const called = member(call, 'function');
  const named = isObject(called) ? called : call;
  const name = firstText(named, ['name', 'toolName']);
  if (name === null) return null;
  const given = first(named, ['arguments', 'input', 'args']);
  return {
    type: 'tool_call',
    id: firstText(call, ['id', 'toolCallId', 'call_id', 'tool_call_id']),
    name,
    arguments: given === undefined ? null : parsedJson(given),
  };
}

/** What a tool answered, in the words of whoever says it. */
export function toolResponse(id: string | null, told: AttributeJson): AiPart {
  return { type: 'tool_response', id, response: parsedJson(unwrapped(told)) };
}

function toolResponsePart(part: JsonObject): AiPart {
  return toolResponse(
    firstText(part, ['id', 'tool_use_id', 'toolCallId', 'call_id', 'tool_call_id']),
    first(part, ['response', 'result', 'output', 'content']) ?? null,
  );
}

/** The AI SDK says of a result what type it has; Anthropic makes a list of one text of it. */
function unwrapped(told: AttributeJson): AttributeJson {
  if (isObject(told) && textMember(told, 'type') !== null && Object.hasOwn(told, 'value'))
    return told['value'] ?? null;
  const only = isList(told) && told.length === 1 ? told[0] : undefined;
  return isObject(only) && textMember(only, 'type') === 'text' ? (textMember(only, 'text') ?? told) : told;
}

function textPart(part: JsonObject): AiPart | null {
  const text = firstText(part, ['content', 'text'], true);
  return text === null ? null : { type: 'text', text };
}

function reasoningPart(part: JsonObject): AiPart | null {
  const text = firstText(part, ['content', 'text', 'thinking', 'reasoning'], true);
  return text === null ? null : { type: 'reasoning', text };
}

function mediaPart(part: JsonObject): AiPart | null {
  const type = textMember(part, 'type') ?? '';
  const mimeType = firstText(part, ['mime_type', 'mimeType', 'mediaType', 'media_type']);
  const modality = textMember(part, 'modality') ?? modalityOf(mimeType ?? type);
  const fileId = firstText(part, ['file_id', 'fileId']);
  if (fileId !== null) return { type: 'file', mimeType, modality, fileId };
  const source = member(part, 'source');
  const held = isObject(source) ? { ...part, ...source } : part;
  const uri = firstText(held, ['uri', 'url']) ?? urlIn(held);
  if (uri !== null) return uriPart(uri, mimeType, modality);
  const data = firstText(held, ['content', 'data', 'image', 'audio']);
  if (data === null) return null;
  if (/^(?:data|https?):/.test(data)) return uriPart(data, mimeType, modality);
  return { type: 'blob', mimeType: mimeType ?? firstText(held, ['media_type']), modality, data };
}

/** An address that holds its data is the data. */
function uriPart(uri: string, mimeType: string | null, modality: string | null): AiPart {
  const data = /^data:([^;,]{1,128});base64,/.exec(uri);
  if (data === null) return { type: 'uri', mimeType, modality, uri };
  const told = mimeType ?? data[1] ?? null;
  return {
    type: 'blob',
    mimeType: told,
    modality: modality ?? modalityOf(told ?? ''),
    data: uri.slice(data[0].length),
  };
}

/** `image_url: { url }` and `image: { image: { url } }`. */
function urlIn(part: JsonObject): string | null {
  for (const name of ['image_url', 'image', 'audio', 'input_audio', 'file']) {
    let value = member(part, name);
    if (isObject(value)) value = member(value, name) ?? value;
    const url = isObject(value) ? firstText(value, ['url', 'uri']) : name === 'image_url' ? value : null;
    if (typeof url === 'string') return url;
  }
  return null;
}

function modalityOf(word: string): string | null {
  return (
    /^(?:input_)?(image|audio|video)/.exec(word)?.[1] ??
    (/^(?:application|document|text)\b/.test(word) ? 'document' : null)
  );
}

function first(object: JsonObject, names: readonly string[]): AttributeJson | undefined {
  return names.map((name) => member(object, name)).find((value) => value !== undefined);
}

function firstText(object: JsonObject, names: readonly string[], canBeEmpty = false): string | null {
  const texts = names.map((name) => textMember(object, name));
  return texts.find((text) => text !== null && (canBeEmpty || text !== '')) ?? null;
}
