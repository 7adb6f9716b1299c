import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { metrics } from '@opentelemetry/api';
import OpenAI from 'openai';
import { converse } from '../openai-conversation.mjs';
import { recordingProvider, report, resource } from '../recorder.mjs';

const { provider, exporter } = recordingProvider();
const logExporter = new InMemoryLogRecordExporter();
const logs = new LoggerProvider({
  resource,
  processors: [new SimpleLogRecordProcessor({ exporter: logExporter })],
});
const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true });
instrumentation.setTracerProvider(provider);
instrumentation.setMeterProvider(metrics.getMeterProvider());
instrumentation.setLoggerProvider(logs);
// By itself it patches a client of a version that it knows, as it is required.
for (const { patch } of instrumentation.getModuleDefinitions()) patch({ OpenAI });
await converse((options) => new OpenAI(options));
report(
  ['@opentelemetry/instrumentation-openai', 'openai'],
  exporter.getFinishedSpans(),
  logExporter.getFinishedLogRecords(),
);
