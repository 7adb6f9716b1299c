/** The beginnings of names that clients give their providers, and what the GenAI conventions call those. The first that fits. */
const CONVENTIONAL: readonly (readonly [start: string, name: string])[] = [
  ['google.vertex', 'gcp.vertex_ai'],
  ['google-vertex', 'gcp.vertex_ai'],
  ['google_vertex', 'gcp.vertex_ai'],
  ['vertexai', 'gcp.vertex_ai'],
  ['vertex_ai', 'gcp.vertex_ai'],
  ['google', 'gcp.gemini'],
  ['gemini', 'gcp.gemini'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['amazon_bedrock', 'aws.bedrock'],
  ['bedrock', 'aws.bedrock'],
  ['aws', 'aws.bedrock'],
  ['azure.ai.inference', 'azure.ai.inference'],
  ['az.ai.inference', 'azure.ai.inference'],
  ['az.ai.openai', 'azure.ai.openai'],
  ['azure', 'azure.ai.openai'],
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['mistral', 'mistral_ai'],
  ['mistralai', 'mistral_ai'],
  ['moonshot', 'moonshot_ai'],
  ['moonshotai', 'moonshot_ai'],
  ['xai', 'x_ai'],
  ['watsonx', 'ibm.watsonx.ai'],
  ['cohere', 'cohere'],
  ['deepseek', 'deepseek'],
  ['groq', 'groq'],
  ['perplexity', 'perplexity'],
];

/**
 * A provider as `gen_ai.provider.name` has it, whatever its client calls it: `openai` of `openai.chat` and `OpenAI`. One
 * that is not known keeps its name. `null` of words for none: LangSmith's `langchain`, and `_OTHER`.
 */
export function providerName(told: string): string | null {
  if (told === 'langchain' || told === '_OTHER') return null;
  const name = told.toLowerCase();
  const isWord = (start: string): boolean =>
    name.startsWith(start) && !/^[a-z0-9]/.test(name.slice(start.length));
  return CONVENTIONAL.find(([start]) => isWord(start))?.[1] ?? told;
}
