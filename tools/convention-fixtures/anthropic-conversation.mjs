import { modelServer } from '@tta/obs-testing';
import {
  models,
  question,
  replies,
  system,
  toolDescription,
  toolName,
  toolResult,
  toolSchema,
} from './conversation.mjs';

/**
 * Holds the conversation through a client of Anthropic's.
 *
 * @param clientOf - Makes the client, given the base URL.
 */
export async function converse(clientOf) {
  const server = await modelServer({ replies: replies('anthropic') });
  try {
    const client = clientOf({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
    const common = {
      model: models.anthropic.asked,
      max_tokens: 100,
      system,
      tools: [{ name: toolName, description: toolDescription, input_schema: toolSchema }],
    };
    const messages = [{ role: 'user', content: question }];
    const first = await client.messages.create({ ...common, messages });
    const call = first.content.find(({ type }) => type === 'tool_use');
    const second = await client.messages.create({
      ...common,
      messages: [
        ...messages,
        { role: 'assistant', content: first.content },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: call.id, content: JSON.stringify(toolResult) }],
        },
      ],
      stream: true,
    });
    let text = '';
    for await (const event of second) text += event.delta?.text ?? '';
    return text;
  } finally {
    await server.close();
  }
}
