import { isObject, parsedJson } from './bounded-json.ts';
import { operationBy, type Convention, type ReadTokens } from './convention.ts';
import { asCount, attributeOf } from './source-span.ts';

const USAGE = 'langfuse.observation.usage_details';
/** More kinds of tokens than any provider counts. */
const MOST_KINDS = 128;

/** Langfuse's OpenTelemetry SDK. */
export const langfuse: Convention = {
  name: 'langfuse',
  recognizes: ({ scope, attributes }) =>
    scope.name === 'langfuse-sdk' || Object.hasOwn(attributes, 'langfuse.observation.type'),
  operation: (span) => typeOf(span) ?? ['step', null],
  names: {
    requestModel: ['langfuse.observation.model.name'],
    cacheReadTokens: [
      `${USAGE}#input_cached_tokens`,
      `${USAGE}#cache_read_input_tokens`,
      `${USAGE}#input_cache_read`,
    ],
    cacheWriteTokens: [
      `${USAGE}#input_cache_write_tokens`,
      `${USAGE}#cache_creation_input_tokens`,
      `${USAGE}#input_cache_creation`,
    ],
    reasoningTokens: [`${USAGE}#output_reasoning_tokens`, `${USAGE}#output_reasoning`],
    costUsd: ['langfuse.observation.cost_details#total'],
    firstChunkAt: ['langfuse.observation.completion_start_time'],
    sessionId: ['session.id', 'langfuse.session.id'],
    userId: ['user.id', 'langfuse.user.id'],
    workflowName: ['langfuse.trace.name'],
    tags: ['langfuse.trace.tags'],
    input: ['langfuse.observation.input'],
    output: ['langfuse.observation.output'],
    toolDefinitions: ['langfuse.observation.input#tools'],
    toolArguments: ['langfuse.observation.input'],
    toolResult: ['langfuse.observation.output'],
    anyInput: ['langfuse.observation.input'],
    anyOutput: ['langfuse.observation.output'],
  },
  isNamedBySpan: true,
  readTokens: (span) => {
    const details = parsedJson(attributeOf(span, USAGE) ?? null);
    return isObject(details) ? tokensOf(details as Readonly<Record<string, number>>) : {};
  },
};

const typeOf = operationBy(['langfuse.observation.type'], {
  generation: 'inference',
  embedding: 'embeddings',
  retriever: 'retrieval',
  tool: 'tool',
  agent: 'agent',
  chain: 'step',
  span: 'step',
  guardrail: 'guardrail',
  evaluator: 'evaluation',
  event: 'other',
});

/**
 * Its counts do not overlap: what has a count of its own is missing from `input` or `output`. Programs that give their
 * own counts may mean totals nevertheless, which `total` tells.
 */
function tokensOf(details: Readonly<Record<string, number>>): ReadTokens {
  const input = asCount(details['input']);
  const output = asCount(details['output']);
  const total = asCount(details['total']);
  if (total !== null && total === (input ?? 0) + (output ?? 0))
    return { inputTokens: input, outputTokens: output };
  const sum = (word: string): number =>
    Object.keys(details)
      .filter((key) => key.includes(word) && key !== 'total')
      .slice(0, MOST_KINDS)
      .reduce((all, key) => all + (asCount(details[key]) ?? 0), 0);
  return {
    inputTokens: input === null ? null : sum('input'),
    outputTokens: output === null ? null : sum('output'),
  };
}
