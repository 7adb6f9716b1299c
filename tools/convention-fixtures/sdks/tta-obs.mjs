import { initializeObservability } from '@tta/obs';
import { agent, llm, openAiChat, tool } from '@tta/obs-primitives';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { modelServer } from '@tta/obs-testing';
import OpenAI from 'openai';
import { z } from 'zod';
import {
  models,
  question,
  replies,
  sessionId,
  system,
  toolDescription,
  toolName,
  toolResult,
  userId,
} from '../conversation.mjs';
import { report } from '../recorder.mjs';

const exporter = new InMemorySpanExporter();
const obs = initializeObservability({
  serviceName: 'weather',
  enableTtaUi: false,
  logLevel: 'silent',
  captureContent: true,
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const server = await modelServer({ replies: replies('openai') });
const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
const model = llm({
  name: 'ask',
  model: models.openai.asked,
  provider: 'openai',
  reads: openAiChat,
  call: (conversation, { isRead, signal }) =>
    client.chat.completions.create(
      {
        model: models.openai.asked,
        ...openAiChat.request(conversation),
        stream: isRead,
        ...(isRead && { stream_options: { include_usage: true } }),
      },
      { signal },
    ),
});
const weather = tool({
  name: toolName,
  description: toolDescription,
  input: z.object({ city: z.string() }),
  execute: async () => toolResult,
});
const forecast = agent({ name: 'forecast', model, tools: [weather], instructions: system });
const run = forecast.stream(question, { sessionId, userId });
for await (const _piece of run);
await run.result;
await server.close();
const spans = exporter.getFinishedSpans();
await obs.shutdown();
report(['@tta/obs', '@tta/obs-primitives'], spans);
process.exit();
