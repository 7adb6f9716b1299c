/** The beginnings of names that clients give their providers, and what the GenAI conventions call those. The first that fits. */
const conventional: readonly (readonly [start: string, name: string])[] = [
  ['google.vertex', 'gcp.vertex_ai'],
  ['google-vertex', 'gcp.vertex_ai'],
  ['vertexai', 'gcp.vertex_ai'],
  ['google', 'gcp.gemini'],
  ['gemini', 'gcp.gemini'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['bedrock', 'aws.bedrock'],
  ['aws', 'aws.bedrock'],
  ['azure-openai', 'azure.ai.openai'],
  ['azure.ai.inference', 'azure.ai.inference'],
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
 * A provider as `gen_ai.provider.name` has it, whatever its client calls it: `openai` of `openai.chat`, `gcp.gemini` of
 * `google.generative-ai`. One that is not known keeps its name.
 */
export function providerName(told: string): string {
  const name = told.toLowerCase();
  const isWord = (start: string): boolean =>
    name.startsWith(start) && !/^[a-z0-9]/.test(name.slice(start.length));
  return conventional.find(([start]) => isWord(start))?.[1] ?? told;
}
