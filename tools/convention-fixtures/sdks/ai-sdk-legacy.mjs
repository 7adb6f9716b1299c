import { LegacyOpenTelemetry } from '@ai-sdk/otel';
import { registerTelemetry } from 'ai';
import { converse } from '../ai-sdk-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { exporter } = recordingProvider();
registerTelemetry(new LegacyOpenTelemetry());
await converse();
report(['@ai-sdk/otel', 'ai'], exporter.getFinishedSpans());
