import { isObject, objectsIn } from './json-text.ts';
import { isId, missing, nameFault } from './openai-fault.ts';

/** What is wrong with the tools and calls of a chat, in OpenAI's words; `undefined` where it would take them. */
export function openAiChatFault(body: Readonly<Record<string, unknown>>): string | undefined {
  for (const [at, { type, function: tool }] of objectsIn(body['tools'])) {
    if (type !== 'function' || !isObject(tool)) continue;
    const fault = nameFault(tool['name'], `tools[${at}].function.name`);
    if (fault !== undefined) return fault;
  }
  let open = new Set<unknown>();
  let answered = new Map<unknown, number>();
  for (const [at, message] of objectsIn(body['messages'])) {
    const { role, tool_calls: calls, tool_call_id: id } = message;
    if (role === 'tool') {
      if (!isId(id)) return missing(`messages[${at}].tool_call_id`);
      const before = answered.get(id);
      if (before !== undefined)
        return `Invalid parameter: Duplicate value for 'tool_call_id' of '${id}', in messages[${before}] and messages[${at}].`;
      if (!open.delete(id))
        return "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
      answered.set(id, at);
      continue;
    }
    if (open.size > 0) return unanswered(open);
    open = new Set();
    answered = new Map();
    for (const [index, call] of objectsIn(calls)) {
      const fault = callFault(call, `messages[${at}].tool_calls[${index}]`);
      if (fault !== undefined) return fault;
      if (open.has(call['id']))
        return `Invalid parameter: Duplicate value for 'tool_call_id' of '${String(call['id'])}' in message[${at}].`;
      open.add(call['id']);
    }
  }
  return open.size > 0 ? unanswered(open) : undefined;
}

function callFault(call: Readonly<Record<string, unknown>>, param: string): string | undefined {
  const { id, function: called } = call;
  // A custom tool is called without one.
  const name = isObject(called) ? nameFault(called['name'], `${param}.function.name`) : undefined;
  return isId(id) ? name : missing(`${param}.id`);
}

function unanswered(ids: ReadonlySet<unknown>): string {
  return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...ids].join(', ')}`;
}
