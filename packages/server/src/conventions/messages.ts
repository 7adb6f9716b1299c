import type { AiMessage, AiPart, AttributeJson } from '@tta/obs-protocol';
import { isList, isObject, member, parsedJson, textMember, type JsonObject } from './bounded-json.ts';
import { readPart, toolCallPart, toolResponse } from './message-parts.ts';

/** More messages than a page shows of one call, and more parts than one message has. */
const MOST_MESSAGES = 4096;
const MOST_PARTS = 1024;
const DEEPEST = 4;

/** LangChain's words for who speaks, and what providers call those who instruct. */
const ROLES: ReadonlyMap<string, string> = new Map([
  ['human', 'user'],
  ['ai', 'assistant'],
  ['model', 'assistant'],
  ['function', 'tool'],
  ['developer', 'system'],
]);
const CONTENT_NAMES = ['parts', 'content', 'contents', 'text', 'tool_calls', 'toolCalls'];

/** Reads messages in the shapes of OpenTelemetry, the providers, the AI SDK, OpenInference and this repository. */
export class MessageReader {
  /** Whether there was more than was read. */
  isCut = false;

  /**
   * @param role - Of what names none.
   * @param isLoose - Whether a value that is no message is shown as one.
   */
  read(value: AttributeJson | undefined, role: string, isLoose: boolean, depth = 0): readonly AiMessage[] {
    const told = value === undefined ? null : parsedJson(value);
    if (told === null || told === '' || depth > DEEPEST) return [];
    if (isList(told)) return this.#list(told, role, isLoose, depth);
    if (isObject(told)) return this.#object(told, role, isLoose, depth);
    return isLoose ? [{ role, name: null, parts: [readPart(told)] }] : [];
  }

  /** The parts of what a message says, whether text, list, or what else there is. */
  parts(value: AttributeJson | undefined): readonly AiPart[] {
    const told = value === undefined ? null : value;
    if (told === null || told === '') return [];
    // Some write a list as JSON of it; a text that only begins like one is a text.
    const parsed = typeof told === 'string' && told.startsWith('[{') ? parsedJson(told) : told;
    const items = isList(parsed) && parsed.every((item) => typeof item !== 'number') ? parsed : [parsed];
    return this.#some(items, MOST_PARTS)
      .map(readPart)
      .filter((part) => part.type !== 'text' || part.text !== '');
  }

  #list(
    items: readonly AttributeJson[],
    role: string,
    isLoose: boolean,
    depth: number,
  ): readonly AiMessage[] {
    const told = this.#some(items, MOST_MESSAGES);
    const messages = told.map((item) => unfolded(item));
    if (messages.every((item) => isObject(item) && Object.hasOwn(item, 'role'))) {
      return messages.map((item) => this.#message(item as JsonObject, role));
    }
    if (messages.some((item) => isObject(item) && isMessage(item))) {
      return messages.flatMap((item) => this.read(item, role, true, depth + 1));
    }
    return isLoose && told.length > 0 ? [{ role, name: null, parts: this.parts(told) }] : [];
  }

  #object(told: JsonObject, role: string, isLoose: boolean, depth: number): readonly AiMessage[] {
    const object = unfolded(told) as JsonObject;
    const turns = member(object, 'contents');
    if (isList(turns) && turns.some((turn) => isObject(turn) && Object.hasOwn(turn, 'parts'))) {
      return this.read(turns, role, true, depth + 1);
    }
    const choices = member(object, 'choices') ?? member(object, 'candidates');
    if (isList(choices)) {
      return this.#some(choices, MOST_MESSAGES).flatMap((one) =>
        this.read(
          isObject(one) ? (member(one, 'message') ?? member(one, 'content')) : one,
          role,
          true,
          depth + 1,
        ),
      );
    }
    const turn = member(object, 'content');
    if (isObject(turn)) return this.read(turn, role, isLoose, depth + 1);
    // The answer of an agent may have all that was said before beside it.
    if (isMessage(object)) return [this.#message(object, role)];
    for (const name of ['messages', 'prompt', 'input', 'output']) {
      const inner = member(object, name);
      if (inner !== undefined) return this.read(inner, role, isLoose || name === 'messages', depth + 1);
    }
    return isLoose && Object.keys(object).length > 0 ? [{ role, name: null, parts: [readPart(object)] }] : [];
  }

  #message(told: JsonObject, defaultRole: string): AiMessage {
    const word = textMember(told, 'role') ?? textMember(told, 'type') ?? defaultRole;
    const role = ROLES.get(word) ?? word;
    const responseId = idOf(told, role);
    const calls = this.#calls(told);
    const content = this.#content(told, calls.length > 0);
    const isBare = content.length > 0 && content.every(({ type }) => type !== 'tool_response');
    const parts =
      isBare && (role === 'tool' || responseId !== null)
        ? [toolResponse(responseId, contentOf(told) ?? null)]
        : [...this.#reasoning(told), ...content, ...calls];
    const isResponse = parts.length > 0 && parts.every(({ type }) => type === 'tool_response');
    return { role: isResponse ? 'tool' : role, name: textMember(told, 'name'), parts };
  }

  #content(told: JsonObject, hasCalls: boolean): readonly AiPart[] {
    const parts = this.parts(contentOf(told));
    // OpenInference and Anthropic's own shape have calls among the contents, the former beside them once more.
    return hasCalls ? parts.filter(({ type }) => type !== 'tool_call') : parts;
  }

  #calls(told: JsonObject): readonly AiPart[] {
    const value = member(told, 'tool_calls') ?? member(told, 'toolCalls');
    const calls = value === undefined ? null : parsedJson(value);
    if (!isList(calls)) return [];
    return this.#some(calls, MOST_PARTS).map((call) => {
      const parsed = parsedJson(call);
      return (isObject(parsed) ? toolCallPart(parsed) : null) ?? { type: 'unknown', value: call };
    });
  }

  #reasoning(told: JsonObject): readonly AiPart[] {
    const value = member(told, 'reasoning') ?? member(told, 'reasoning_content');
    if (value === undefined) return [];
    return this.parts(value).map((part) => (part.type === 'text' ? { ...part, type: 'reasoning' } : part));
  }

  #some<T>(items: readonly T[], most: number): readonly T[] {
    if (items.length > most) this.isCut = true;
    return items.slice(0, most);
  }
}

/** Of the call that a message answers. The first events for messages had it as `id`. */
function idOf(told: JsonObject, role: string): string | null {
  const names = ['tool_call_id', 'toolCallId', ...(role === 'tool' ? ['id'] : [])];
  return names.map((name) => textMember(told, name)).find((id) => id !== null) ?? null;
}

/** OpenInference and LangChain wrap each message. */
function unfolded(told: AttributeJson): AttributeJson {
  if (!isObject(told) || Object.hasOwn(told, 'role')) return told;
  const inner = member(told, 'message');
  return isObject(inner) ? inner : told;
}

function isMessage(object: JsonObject): boolean {
  if (Object.hasOwn(object, 'role')) return true;
  // Parts have a type and a text as well.
  return !Object.hasOwn(object, 'type') && CONTENT_NAMES.some((name) => isSaid(member(object, name)));
}

function isSaid(value: AttributeJson | undefined): boolean {
  return typeof value === 'string' || isList(value);
}

function contentOf(told: JsonObject): AttributeJson | undefined {
  for (const name of ['parts', 'content', 'contents', 'text']) {
    const value = member(told, name);
    if (value !== undefined && value !== '' && value !== 'null') return value;
  }
  return undefined;
}
