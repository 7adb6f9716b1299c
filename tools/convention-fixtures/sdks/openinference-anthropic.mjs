import { AnthropicInstrumentation } from '@arizeai/openinference-instrumentation-anthropic';
import Anthropic from '@anthropic-ai/sdk';
import { converse } from '../anthropic-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { provider, exporter } = recordingProvider();
const instrumentation = new AnthropicInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(Anthropic);
await converse((options) => new Anthropic(options));
report(
  ['@arizeai/openinference-instrumentation-anthropic', '@anthropic-ai/sdk'],
  exporter.getFinishedSpans(),
);
