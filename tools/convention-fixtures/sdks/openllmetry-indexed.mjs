import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai-0.14';
import OpenAI from 'openai';
import { converse } from '../openai-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

// The last versions that write messages as `gen_ai.prompt.0.role` are still in use.
const { provider, exporter } = recordingProvider();
const instrumentation = new OpenAIInstrumentation({ enrichTokens: false });
instrumentation.setTracerProvider(provider);
instrumentation.manuallyInstrument(OpenAI);
await converse((options) => new OpenAI(options));
report(['@traceloop/instrumentation-openai-0.14', 'openai'], exporter.getFinishedSpans());
