import { type AgentMessage, lambda, llm, named, openAiChat, sequential } from '@tta/obs-primitives';
import type { Models } from '../model/connect-models.ts';

const instructions: AgentMessage = { role: 'system', text: 'You are brief.' };
/** Of what was said, as much as is told to the model. */
const remembered = 20;

/**
 * Answers what was said last. Read by `stream`, the answer comes piece by piece: the model is asked to stream where
 * somebody reads, and makes no more than is read. Whoever stops reading ends the request.
 */
export function answerChat({ createChat, model }: Models) {
  const answer = llm({
    provider: 'openai',
    model,
    name: 'answer',
    call: (messages: readonly AgentMessage[], { signal, isRead }) =>
      createChat({ model, ...openAiChat.request({ messages, tools: [] }), stream: isRead }, signal),
    reads: openAiChat,
  });
  const recall = lambda('recall', (said: readonly AgentMessage[]) => [
    instructions,
    ...said.slice(-remembered),
  ]);
  return named('chat', sequential(recall, answer));
}
