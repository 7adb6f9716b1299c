import { observeOpenAI } from '@langfuse/openai';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { propagateAttributes, setLangfuseTracerProvider, startActiveObservation } from '@langfuse/tracing';
import OpenAI from 'openai';
import { question, sessionId, userId } from '../conversation.mjs';
import { converse } from '../openai-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { provider, exporter } = recordingProvider({
  processor: (exporter) =>
    new LangfuseSpanProcessor({
      exporter,
      exportMode: 'immediate',
      mediaUploadEnabled: false,
      publicKey: 'none',
      secretKey: 'none',
      baseUrl: 'http://127.0.0.1:9',
    }),
});
setLangfuseTracerProvider(provider);
await propagateAttributes({ sessionId, userId, tags: ['weather'] }, () =>
  startActiveObservation(
    'forecast',
    async (agent) => {
      agent.update({ input: question });
      const output = await converse((options) => observeOpenAI(new OpenAI(options)), {
        runTool: (call, run) =>
          startActiveObservation(
            call.function.name,
            async (tool) => {
              const result = await run();
              tool.update({ input: JSON.parse(call.function.arguments), output: result });
              return result;
            },
            { asType: 'tool' },
          ),
      });
      agent.update({ output });
    },
    { asType: 'agent' },
  ),
);
// The wrapper ends its span of a stream after its reader is done.
await new Promise((resolve) => setTimeout(resolve, 200));
await provider.forceFlush();
report(['@langfuse/otel', '@langfuse/tracing', '@langfuse/openai', 'openai'], exporter.getFinishedSpans());
