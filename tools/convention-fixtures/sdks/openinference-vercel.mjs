import { OpenTelemetry } from '@ai-sdk/otel';
import { OpenInferenceSimpleSpanProcessor } from '@arizeai/openinference-vercel';
import { registerTelemetry } from 'ai';
import { converse } from '../ai-sdk-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { exporter } = recordingProvider({
  processor: (exporter) => new OpenInferenceSimpleSpanProcessor({ exporter }),
});
registerTelemetry(new OpenTelemetry({ usage: true, providerMetadata: true, runtimeContext: true }));
await converse();
report(['@arizeai/openinference-vercel', '@ai-sdk/otel', 'ai'], exporter.getFinishedSpans());
