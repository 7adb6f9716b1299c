import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Client } from 'langsmith';
import { initializeOTEL } from 'langsmith/experimental/otel/setup';
import { traceable } from 'langsmith/traceable';
import { wrapOpenAI } from 'langsmith/wrappers';
import OpenAI from 'openai';
import { question, sessionId, userId } from '../conversation.mjs';
import { converse } from '../openai-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

process.env.LANGSMITH_TRACING = 'true';
process.env.LANGSMITH_API_KEY = 'none';
process.env.LANGSMITH_ENDPOINT = 'http://127.0.0.1:9';
process.env.LANGSMITH_PROJECT = 'weather';

const { provider, exporter } = recordingProvider();
initializeOTEL({
  globalTracerProvider: provider,
  globalContextManager: new AsyncLocalStorageContextManager(),
});
const client = new Client({ tracingMode: 'otel', apiKey: 'none', apiUrl: 'http://127.0.0.1:9' });
const forecast = traceable(
  (_question) =>
    converse((options) => wrapOpenAI(new OpenAI(options), { client, tracingEnabled: true }), {
      // What is told at the end of a stream, it writes onto the span around it.
      isStreamed: false,
      runTool: (call, run) =>
        traceable(() => run(), { name: call.function.name, run_type: 'tool', client, tracingEnabled: true })(
          JSON.parse(call.function.arguments),
        ),
    }),
  {
    name: 'forecast',
    run_type: 'chain',
    client,
    tracingEnabled: true,
    metadata: { session_id: sessionId, user_id: userId },
    tags: ['weather'],
  },
);
await forecast(question);
await client.awaitPendingTraceBatches();
await new Promise((resolve) => setTimeout(resolve, 200));
report(['langsmith', 'openai'], exporter.getFinishedSpans());
