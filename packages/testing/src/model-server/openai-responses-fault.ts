import { objectsIn } from './json-text.ts';
import { idFault, nameFault } from './openai-fault.ts';

/** What is wrong with the tools and calls of an input, in OpenAI's words; `undefined` where it would take them. */
export function openAiResponsesFault(body: Readonly<Record<string, unknown>>): string | undefined {
  for (const [at, { type, name }] of objectsIn(body['tools'])) {
    const fault = type === 'function' ? nameFault(name, `tools[${at}].name`) : undefined;
    if (fault !== undefined) return fault;
  }
  const input = objectsIn(body['input']);
  const open = new Set<unknown>();
  const called = new Set<unknown>();
  for (const [at, { type, name, call_id: id }] of input) {
    const isCall = type === 'function_call';
    if (!isCall && type !== 'function_call_output') continue;
    const fault =
      idFault(id, `input[${at}].call_id`) ?? (isCall ? nameFault(name, `input[${at}].name`) : undefined);
    if (fault !== undefined) return fault;
    if (!isCall) {
      if (!open.delete(id) && !isElsewhere(body))
        return `No tool call found for function call output with call_id ${String(id)}.`;
      continue;
    }
    if (called.has(id)) return `Duplicate call_ids submitted: ['${String(id)}']`;
    called.add(id);
    open.add(id);
  }
  const [first] = open;
  return first === undefined ? undefined : `No tool output found for function call ${String(first)}.`;
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
