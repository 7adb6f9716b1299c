import { operationBy, type Convention } from './convention.ts';
import { genAiOperations } from './otel-gen-ai.ts';

/** Google's Gemini CLI, which has operations of its own. */
export const geminiCli: Convention = {
  name: 'gemini-cli',
  recognizes: ({ resource, scope }) =>
    resource['service.name'] === 'gemini-cli' || scope.name === 'gemini-cli' || scope.name === 'gemini_cli',
  operation: operationBy(['gen_ai.operation.name'], {
    ...genAiOperations,
    llm_call: 'inference',
    tool_call: 'tool',
    agent_call: 'agent',
    schedule_tool_calls: 'step',
    user_prompt: 'step',
    system_prompt: 'step',
  }),
  names: {
    sessionId: ['gen_ai.conversation.id', 'session.id'],
    userId: ['user.id', 'user.email', 'installation.id'],
    anyInput: ['gen_ai.input.messages'],
    anyOutput: ['gen_ai.output.messages'],
  },
};
