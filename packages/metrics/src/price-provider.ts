/** Names of one provider that the price catalogue does not know, by the name that it has for it. In lower case, `-` for `_`. */
const names: Readonly<Record<string, readonly string[]>> = {
  aws: ['aws.bedrock', 'aws-bedrock', 'amazon', 'amazon-bedrock', 'bedrock', 'bedrock-converse'],
  azure: ['azure.ai', 'az.ai', 'azure-ai', 'azure-openai', 'azure-inference'],
  fireworks: ['fireworks-ai'],
  google: [
    'gcp',
    'gemini',
    'google-genai',
    'google-vertex',
    'google-vertexai',
    'vertex',
    'vertex-ai',
    'vertexai',
  ],
  mistral: ['mistral-ai', 'mistralai'],
  moonshotai: ['moonshot', 'moonshot-ai'],
  together: ['together-ai', 'togetherai'],
  'x-ai': ['xai'],
};

const byName = new Map(
  Object.entries(names).flatMap(([catalogName, others]) =>
    others.map((name) => [name, catalogName] as const),
  ),
);

/**
 * The price catalogue's name of a provider, given the name that `gen_ai.provider.name`, an AI SDK or a person has for
 * it. What follows a dot is which of its services it is, `openai.chat`, `gcp.vertex_ai`, and goes unless it matters.
 */
export function priceProvider(name: string): string {
  let key = name.trim().toLowerCase().replaceAll(/[_\s]/g, '-');
  for (;;) {
    const found = byName.get(key);
    if (found !== undefined) return found;
    const dot = key.lastIndexOf('.');
    if (dot < 0) return key;
    key = key.slice(0, dot);
  }
}
