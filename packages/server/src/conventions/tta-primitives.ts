import type { AiOperation } from '@tta/obs-protocol';
import { hasAny, operationBy, type Convention } from './convention.ts';
import { genAiOperations } from './otel-gen-ai.ts';

/** Primitives that hold others together; they are of interest where they are paid for. */
const executionOperations: Readonly<Record<string, AiOperation>> = {
  llm: 'inference',
  tool: 'tool',
  agent: 'agent',
};

/** Spans of this repository's own primitives: the GenAI names, beside which stand cost, session and content. */
export const ttaPrimitives: Convention = {
  name: 'tta-primitives',
  recognizes: ({ scope, attributes }) =>
    scope.name === 'tta.primitives' || Object.hasOwn(attributes, 'primitive.type'),
  operation: (span) => callOf(span) ?? executionOf(span),
  names: {
    provider: ['gen_ai.provider.name', 'llm.provider'],
    costUsd: ['cost.usd'],
    estimatedUsd: ['cost.estimated_usd'],
    priceTable: ['cost.price_table'],
    timeToFirstChunkMs: ['stream.time_to_first_chunk_ms'],
    sessionId: ['session.id'],
    userId: ['user.id'],
    agentName: ['gen_ai.agent.name', 'agent.id'],
    workflowName: ['workflow.name'],
    anyInput: ['input.value'],
    anyOutput: ['output.value'],
    input: ['input.value'],
    output: ['output.value'],
    toolDefinitions: ['input.value#tools'],
    toolArguments: ['input.value'],
    toolResult: ['output.value'],
  },
};

const callOf = operationBy(['gen_ai.operation.name'], genAiOperations);
const typeOf = operationBy(['primitive.type'], executionOperations);

function executionOf(span: Parameters<Convention['operation']>[0]): ReturnType<Convention['operation']> {
  const told = typeOf(span);
  if (told === null || told[0] !== 'other') return told;
  return hasAny(span, ['cost.usd', 'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'])
    ? ['step', told[1]]
    : null;
}
