import { operationBy, type Convention } from './convention.ts';
import { genAiOperations } from './otel-gen-ai.ts';

/**
 * GitHub Copilot in an editor, on the command line and as an SDK: GenAI names. `github.copilot.cost` is a multiplier and
 * `github.copilot.nano_aiu` no money either; agents repeat what is below them.
 */
export const copilot: Convention = {
  name: 'copilot',
  recognizes: ({ scope, attributes }) =>
    scope.name === 'github.copilot' ||
    scope.name === 'copilot-chat' ||
    Object.keys(attributes).some(
      (key) => key.startsWith('github.copilot.') || key.startsWith('copilot_chat.'),
    ),
  operation: operationBy(['gen_ai.operation.name'], { ...genAiOperations, execute_hook: 'step' }),
  names: {
    timeToFirstChunkMs: ['copilot_chat.time_to_first_token'],
    sessionId: ['gen_ai.conversation.id', 'session.id'],
  },
};
