import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { initializeObservability } from '@tta/obs';
import { lambda } from '@tta/obs-primitives';
import OpenAI from 'openai';
import { question, sessionId, userId } from '../conversation.mjs';
import { converse } from '../openai-conversation.mjs';
import { report } from '../recorder.mjs';

// Steps of ours around a client that somebody else instruments: tokens stand on the spans inside, cost on ours.
const exporter = new InMemorySpanExporter();
const obs = initializeObservability({
  serviceName: 'weather',
  enableTtaUi: false,
  logLevel: 'silent',
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const instrumentation = new OpenAIInstrumentation({ tracerProvider: trace.getTracerProvider() });
instrumentation.manuallyInstrument({ OpenAI });
const forecast = lambda('forecast', () =>
  converse((options) => new OpenAI(options), {
    isStreamed: false,
    runTool: (call, run) => lambda(call.function.name, run).execute(JSON.parse(call.function.arguments)),
  }),
);
await forecast.execute(question, { sessionId, userId });
const spans = exporter.getFinishedSpans();
await obs.shutdown();
report(['@tta/obs', '@tta/obs-primitives', '@arizeai/openinference-instrumentation-openai', 'openai'], spans);
process.exit();
