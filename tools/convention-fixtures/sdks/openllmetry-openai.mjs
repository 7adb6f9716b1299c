import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai';
import OpenAI from 'openai';
import { converse } from '../openai-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { provider, exporter } = recordingProvider();
const instrumentation = new OpenAIInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.manuallyInstrument(OpenAI);
await converse((options) => new OpenAI(options));
report(['@traceloop/instrumentation-openai', 'openai'], exporter.getFinishedSpans());
