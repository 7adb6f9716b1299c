import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { createTool } from '@mastra/core/tools';
import { Observability } from '@mastra/observability';
import { OtelExporter } from '@mastra/otel-exporter';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { z } from 'zod';
import { scriptedModel } from '../ai-sdk-conversation.mjs';
import {
  question,
  sessionId,
  system,
  toolDescription,
  toolName,
  toolResult,
  userId,
} from '../conversation.mjs';
import { report } from '../recorder.mjs';

const exporter = new InMemorySpanExporter();
const otel = new OtelExporter({
  provider: { custom: { endpoint: 'http://127.0.0.1:9', protocol: 'http/json' } },
  exporter,
  signals: { traces: true, logs: false },
  batchSize: 512,
});
const observability = new Observability({
  configs: { otel: { serviceName: 'weather', exporters: [otel] } },
});
const forecast = new Agent({
  id: 'forecast',
  name: 'forecast',
  instructions: system,
  model: scriptedModel(),
  tools: {
    [toolName]: createTool({
      id: toolName,
      description: toolDescription,
      inputSchema: z.object({ city: z.string() }),
      execute: async () => toolResult,
    }),
  },
});
const mastra = new Mastra({ agents: { forecast }, observability, logger: false });
const stream = await mastra.getAgent('forecast').stream(question, {
  tracingOptions: { metadata: { sessionId, userId }, tags: ['weather'] },
});
await stream.text;
await new Promise((resolve) => setTimeout(resolve, 500));
await otel.flush?.();
await new Promise((resolve) => setTimeout(resolve, 500));
report(['@mastra/otel-exporter', '@mastra/observability', '@mastra/core'], exporter.getFinishedSpans());
process.exit();
