import { objectsIn } from './json-text.ts';
import { isId, missing, nameFault } from './openai-fault.ts';

/** What is wrong with the tools and calls of an input, in OpenAI's words; `undefined` where it would take them. */
export function openAiResponsesFault(body: Readonly<Record<string, unknown>>): string | undefined {
  for (const [at, { type, name }] of objectsIn(body['tools'])) {
    const fault = type === 'function' ? nameFault(name, `tools[${at}].name`) : undefined;
    if (fault !== undefined) return fault;
  }
  const input = objectsIn(body['input']);
  const open = new Set<string>();
  const called = new Set<string>();
  for (const [at, { type, name, call_id: id }] of input) {
    const isCall = type === 'function_call';
    if (!isCall && type !== 'function_call_output') continue;
    if (!isId(id)) return missing(`input[${at}].call_id`);
    const fault = isCall ? nameFault(name, `input[${at}].name`) : undefined;
    if (fault !== undefined) return fault;
    if (!isCall) {
      if (!open.delete(id) && !isElsewhere(body))
        return `No tool call found for function call output with call_id ${id}.`;
      continue;
    }
    if (called.has(id)) return `Duplicate call_ids submitted: ['${id}']`;
    called.add(id);
    open.add(id);
  }
  const [first] = open;
  return first === undefined ? undefined : `No tool output found for function call ${first}.`;
}

/** Whether a part of the conversation is kept by the provider, which this server is not told. */
function isElsewhere({
  previous_response_id: previous,
  conversation,
  input,
}: Readonly<Record<string, unknown>>): boolean {
  if (previous ?? conversation) return true;
  return objectsIn(input).some(([, { type }]) => type === 'item_reference');
}
