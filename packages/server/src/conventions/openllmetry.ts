import { hasAny, operationBy, type Convention } from './convention.ts';
import { genAiOperations } from './otel-gen-ai.ts';
import type { SourceSpan } from './source-span.ts';

const SCOPE = '@traceloop/';

/** OpenLLMetry, by Traceloop: its newest versions write GenAI names, older ones the same with indices. */
export const openLlmetry: Convention = {
  name: 'openllmetry',
  recognizes: (span) =>
    span.scope.name.startsWith(SCOPE) || hasAny(span, ['traceloop.span.kind', 'llm.request.type']),
  operation: (span) => kindOf(span) ?? callOf(span) ?? requestOf(span),
  names: {
    requestModel: ['gen_ai.request.model', 'llm.request.model'],
    responseModel: ['gen_ai.response.model', 'llm.response.model'],
    finishReasons: ['gen_ai.response.finish_reasons', 'gen_ai.completion.0.finish_reason'],
    sessionId: [
      'traceloop.association.properties.session_id',
      'traceloop.association.properties.sessionId',
      'gen_ai.conversation.id',
    ],
    userId: [
      'traceloop.association.properties.user_id',
      'traceloop.association.properties.userId',
      'user.id',
    ],
    toolName: ['gen_ai.tool.name', 'traceloop.entity.name'],
    agentName: ['gen_ai.agent.name'],
    workflowName: ['traceloop.workflow.name'],
    anyInput: ['traceloop.entity.input'],
    anyOutput: ['traceloop.entity.output'],
    toolArguments: ['gen_ai.tool.call.arguments', 'traceloop.entity.input'],
    toolResult: ['gen_ai.tool.call.result', 'traceloop.entity.output'],
  },
  indexed: {
    input: ['gen_ai.prompt'],
    output: ['gen_ai.completion'],
    toolDefinitions: ['llm.request.functions'],
  },
  // Its JavaScript passes on what Anthropic's answers say, from which the cached input is missing.
  excludesCache: ({ scope }) => scope.name === '@traceloop/instrumentation-anthropic',
};

const callOf = operationBy(['gen_ai.operation.name'], genAiOperations);
const kindOf = operationBy(['traceloop.span.kind'], {
  workflow: 'workflow',
  task: 'step',
  agent: 'agent',
  tool: 'tool',
});
const requestTypeOf = operationBy(['llm.request.type'], {
  chat: 'inference',
  completion: 'inference',
  embedding: 'embeddings',
  rerank: 'rerank',
});

function requestOf(span: SourceSpan): ReturnType<Convention['operation']> {
  return (
    requestTypeOf(span) ??
    (hasAny(span, ['gen_ai.system', 'gen_ai.provider.name']) ? ['inference', null] : null)
  );
}
