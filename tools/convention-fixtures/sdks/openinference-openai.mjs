import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import OpenAI from 'openai';
import { converse } from '../openai-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { provider, exporter } = recordingProvider();
const instrumentation = new OpenAIInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument({ OpenAI });
await converse((options) => new OpenAI(options));
report(['@arizeai/openinference-instrumentation-openai', 'openai'], exporter.getFinishedSpans());
