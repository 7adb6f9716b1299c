import { OpenTelemetry } from '@ai-sdk/otel';
import { registerTelemetry } from 'ai';
import { converse } from '../ai-sdk-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { exporter } = recordingProvider();
registerTelemetry(new OpenTelemetry());
await converse();
report(['@ai-sdk/otel', 'ai'], exporter.getFinishedSpans());
