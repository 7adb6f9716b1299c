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
 * Holds the conversation through a client of OpenAI's.
 *
 * @param clientOf - Makes the client, given the base URL.
 * @param runTool - Called around the tool, with its call.
 * @param isStreamed - Whether the second call of the model is.
 */
export async function converse(clientOf, { runTool = (_call, run) => run(), isStreamed = true } = {}) {
  const server = await modelServer({ replies: replies('openai') });
  try {
    const client = clientOf({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const model = models.openai.asked;
    const tools = [
      {
        type: 'function',
        function: { name: toolName, description: toolDescription, parameters: toolSchema },
      },
    ];
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content: question },
    ];
    const first = await client.chat.completions.create({ model, messages, tools });
    const message = first.choices[0].message;
    const call = message.tool_calls[0];
    const result = await runTool(call, async () => toolResult);
    const second = await client.chat.completions.create({
      model,
      messages: [
        ...messages,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: call.id, content: JSON.stringify(result) },
      ],
      tools,
      ...(isStreamed && { stream: true, stream_options: { include_usage: true } }),
    });
    if (!isStreamed) return second.choices[0].message.content;
    let text = '';
    for await (const chunk of second) text += chunk.choices[0]?.delta?.content ?? '';
    return text;
  } finally {
    await server.close();
  }
}
