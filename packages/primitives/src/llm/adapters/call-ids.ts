import type { AgentMessage, AssistantMessage, PromptMessage, ToolMessage } from '../../agent/conversation.ts';

/** A message whose calls, or whose answer to one, have the id that each provider wants. */
export type IdentifiedMessage =
  | PromptMessage
  | (Omit<AssistantMessage, 'toolCalls'> & { readonly toolCalls: readonly IdentifiedCall[] })
  | (ToolMessage & { readonly toolCallId: string });

/** A call of a tool with an id. */
export interface IdentifiedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

/** Gives ids to calls that have none, such as those of a fake model, and to what answers them: the first one of that name. */
export function withCallIds(messages: readonly AgentMessage[]): IdentifiedMessage[] {
  let open: IdentifiedCall[] = [];
  return messages.map((message, at) => {
    if (message.role === 'assistant') {
      const toolCalls = message.toolCalls.map((call, index) => ({
        ...call,
        id: call.id ?? `call_${at}_${index}`,
      }));
      open = [...toolCalls];
      return { ...message, toolCalls };
    }
    if (message.role !== 'tool') return message;
    const { toolCallId, name } = message;
    const answered = open.find((call) =>
      toolCallId === undefined ? call.name === name : call.id === toolCallId,
    );
    open = open.filter((call) => call !== answered);
    return { ...message, toolCallId: toolCallId ?? answered?.id ?? `call_${at}` };
  });
}
