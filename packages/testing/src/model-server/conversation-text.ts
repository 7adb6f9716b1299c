import { isObject } from './json-text.ts';

/** Where texts are in what the providers' clients send. */
const places = ['content', 'text', 'input', 'output', 'arguments'] as const;

/** All that was said to the model: texts of messages, results of tools, inputs of embeddings. */
export function textsOf(body: Readonly<Record<string, unknown>>): string[] {
  return ['system', 'instructions', 'messages', 'input'].flatMap((key) => texts(body[key]));
}

/** What the user said last; the results of tools, which some send as the user's, are not it. */
export function promptOf(body: Readonly<Record<string, unknown>>): string {
  const said = body['messages'] ?? body['input'];
  if (!Array.isArray(said)) return texts(said).join('\n');
  for (const message of (said as unknown[]).toReversed()) {
    if (!isObject(message)) return texts(said).join('\n');
    const text = message['role'] === 'user' ? texts(withoutResults(message['content'])).join('\n') : '';
    if (text !== '') return text;
  }
  return '';
}

function withoutResults(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return (content as unknown[]).filter((part) => !(isObject(part) && part['type'] === 'tool_result'));
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as unknown[]).flatMap((part) => texts(part));
  if (!isObject(value)) return [];
  return places.flatMap((place) => texts(value[place]));
}
