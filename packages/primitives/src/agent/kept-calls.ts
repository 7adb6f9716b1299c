import type { LlmToolCall } from '@tta/obs-context';
import { isPlainObject } from '../internal/plain-object.ts';
import { wholeCharacters } from '../internal/whole-characters.ts';
import type { AgentMessage } from './conversation.ts';

/** Characters of an id that are kept: some gateways put what a model thought into it. */
const longestId = 10_000;
/** As providers take names of tools. */
const longestName = 64;

/** A call as the history has it. */
export interface KeptCall extends LlmToolCall {
  readonly id: string;
}

/**
 * The calls of a reply as they go into the history, so that every provider takes them back: each with an id that no other
 * call has, and a name of letters, digits, `_` and `-`. They are copies: what the model or a tool does to its own changes
 * nothing.
 *
 * @param history - What was said before.
 * @returns `undefined` where one of them is no call.
 */
export function keptCalls(
  calls: readonly unknown[],
  history: readonly AgentMessage[],
): KeptCall[] | undefined {
  const ids = new Set<unknown>(history.flatMap((message) => idsIn(message)));
  const kept: KeptCall[] = [];
  try {
    // Not by map: a list may have holes.
    for (const call of calls) {
      if (!isCall(call)) return undefined;
      const id = keptId(call.id, ids);
      ids.add(id);
      kept.push({ name: keptName(call.name), arguments: copied(call.arguments), id });
    }
  } catch {
    // Arguments in a circle, or deeper than the stack: no JSON that a provider takes.
    return undefined;
  }
  return kept;
}

/** A copy of the arguments that a model gave. What is no JSON, which only a function can answer, stays the same object. */
export function copied(value: unknown): unknown {
  if (typeof value === 'string') return wholeCharacters(value);
  if (Array.isArray(value)) return value.map((item) => copied(item));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [wholeCharacters(key), copied(item)]));
}

function idsIn(message: AgentMessage): unknown[] {
  return message.role === 'assistant' ? message.toolCalls.map(({ id }) => id) : [];
}

function isCall(value: unknown): value is { readonly name: string; arguments: unknown; id: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

function keptId(given: unknown, ids: ReadonlySet<unknown>): string {
  if (typeof given === 'string' && given !== '' && given.length <= longestId) {
    const id = wholeCharacters(given);
    if (!ids.has(id)) return id;
  }
  let number = ids.size;
  while (ids.has(`call-${number}`)) number++;
  return `call-${number}`;
}

function keptName(given: string): string {
  return given.slice(0, longestName).replace(/[^\w-]/g, '_') || '_';
}
