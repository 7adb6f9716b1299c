import type { AttributeJson, LogRecord } from '@tta/obs-protocol';
import { boundedJson, isObject, member, parsedJson, textMember, type JsonObject } from './bounded-json.ts';
import type { Content } from './convention.ts';

/** An event of a span, or a log record that belongs to one. */
export interface MessageEvent {
  readonly name: string;
  readonly attributes: JsonObject;
  /** Of a log record. */
  readonly body?: AttributeJson;
}

/** A log record as an event; older ones have their name among the attributes. */
export function eventOfLog({ eventName, attributes, body }: MessageLog): MessageEvent {
  const name = eventName ? eventName : (textMember(attributes, 'event.name') ?? '');
  return { name, attributes, body };
}

/** What of a log record tells a message. */
export type MessageLog = Pick<LogRecord, 'eventName' | 'attributes' | 'body'>;

const MOST_EVENTS = 4096;

/** Events that older versions of the GenAI conventions had a message each of, by the role that is theirs. */
const ROLES: ReadonlyMap<string, string> = new Map([
  ['gen_ai.system.message', 'system'],
  ['gen_ai.user.message', 'user'],
  ['gen_ai.assistant.message', 'assistant'],
  ['gen_ai.tool.message', 'tool'],
]);
const CHOICE = 'gen_ai.choice';
/** One event with all of it; the newest has it under the names of the span's attributes. */
const DETAILS = 'gen_ai.client.inference.operation.details';

/** What the events of a span, or the log records of one, say of its messages. */
export function eventContent({ events }: { readonly events: readonly MessageEvent[] }): Content {
  const input: AttributeJson[] = [];
  const output: AttributeJson[] = [];
  let content: Content = {};
  for (const { name, attributes, body } of events.slice(0, MOST_EVENTS)) {
    const role = ROLES.get(name);
    if (role !== undefined) input.push({ role, ...said(attributes, body) });
    else if (name === CHOICE) output.push(choice(said(attributes, body)));
    else if (name === DETAILS) content = details(attributes);
    else if (name === 'gen_ai.content.prompt')
      content = { ...content, ...only('input', attributes, 'gen_ai.prompt') };
    else if (name === 'gen_ai.content.completion')
      content = { ...content, ...only('output', attributes, 'gen_ai.completion') };
  }
  return {
    ...content,
    ...(input.length > 0 && { input: boundedJson(input) }),
    ...(output.length > 0 && { output: boundedJson(output) }),
  };
}

/** A message is the body of a log record, or spread over the attributes of an event. */
function said(attributes: JsonObject, body: AttributeJson | undefined): JsonObject {
  const parsed = body === undefined ? undefined : parsedJson(body);
  if (isObject(parsed)) return parsed;
  return typeof parsed === 'string' && parsed !== '' ? { ...attributes, content: parsed } : attributes;
}

function choice(told: JsonObject): AttributeJson {
  const message = parsedJson(member(told, 'message') ?? told);
  return isObject(message) ? { role: 'assistant', ...message } : { role: 'assistant', content: message };
}

function details(attributes: JsonObject): Content {
  return {
    ...only('system', attributes, 'gen_ai.system_instructions'),
    ...only('input', attributes, 'gen_ai.input.messages'),
    ...only('output', attributes, 'gen_ai.output.messages'),
    ...only('toolDefinitions', attributes, 'gen_ai.tool.definitions'),
  };
}

function only(field: keyof Content, attributes: JsonObject, name: string): Content {
  const value = member(attributes, name);
  return value === undefined ? {} : { [field]: boundedJson(parsedJson(value)) };
}
