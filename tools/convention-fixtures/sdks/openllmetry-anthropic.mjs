import { AnthropicInstrumentation } from '@traceloop/instrumentation-anthropic';
import { Anthropic } from '@anthropic-ai/sdk';
import { APIPromise } from '@anthropic-ai/sdk/core/api-promise';
import { converse } from '../anthropic-conversation.mjs';
import { recordingProvider, report } from '../recorder.mjs';

const { provider, exporter } = recordingProvider();
const instrumentation = new AnthropicInstrumentation();
instrumentation.setTracerProvider(provider);
// It patches text completions too, which this client no longer has.
Anthropic.Completions ??= class {
  create() {}
};
instrumentation.manuallyInstrument({ Anthropic, APIPromise });
await converse((options) => new Anthropic(options));
report(['@traceloop/instrumentation-anthropic', '@anthropic-ai/sdk'], exporter.getFinishedSpans());
