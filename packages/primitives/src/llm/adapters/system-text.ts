import type { AgentMessage } from '../../agent/conversation.ts';

/** What a model is told to be, for a provider that takes it apart from the messages; `undefined` where it is not told. */
export function systemText(messages: readonly AgentMessage[]): string | undefined {
  const texts = messages.filter(({ role }) => role === 'system').map(({ text }) => text);
  return texts.length === 0 ? undefined : texts.join('\n\n');
}
