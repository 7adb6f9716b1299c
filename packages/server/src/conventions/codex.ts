import type { Convention } from './convention.ts';
import { hasAny, operationBy } from './convention.ts';
import { genAiOperations } from './otel-gen-ai.ts';

/** OpenAI's Codex: spans of its inner workings, some of them with the tokens of a call; what was said is in log records. */
export const codex: Convention = {
  name: 'codex',
  recognizes: ({ resource, scope }) => {
    const service = resource['service.name'];
    return (
      (typeof service === 'string' && /^codex\b|^codex_/.test(service)) || /^codex\b|^codex_/.test(scope.name)
    );
  },
  operation: (span) => {
    const call = callOf(span);
    if (call !== null) return call;
    const hasUsage = hasAny(span, ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens']);
    return hasUsage ? ['inference', null] : null;
  },
  names: {
    requestModel: ['gen_ai.request.model', 'model', 'slug'],
    reasoningTokens: ['codex.usage.reasoning_output_tokens'],
    sessionId: ['gen_ai.conversation.id', 'conversation.id'],
    userId: ['user.id', 'user.account_id'],
  },
};

const callOf = operationBy(['gen_ai.operation.name'], genAiOperations);
