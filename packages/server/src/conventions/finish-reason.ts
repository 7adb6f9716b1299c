/** Words of providers and clients for what the GenAI conventions call it. */
const CONVENTIONAL: ReadonlyMap<string, string> = new Map([
  ['stop', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['completed', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['max_output_tokens', 'length'],
  ['content_filter', 'content_filter'],
  ['safety', 'content_filter'],
  ['refusal', 'content_filter'],
  ['tool_call', 'tool_call'],
  ['tool_calls', 'tool_call'],
  ['tool_use', 'tool_call'],
  ['function_call', 'tool_call'],
  ['error', 'error'],
]);

/** Why a model ended, in the words of the GenAI conventions; one that they do not have is kept. */
export function finishReason(told: string): string {
  return CONVENTIONAL.get(told.toLowerCase().replaceAll('-', '_')) ?? told;
}
