import { type AiSdkObservation, observeAiSdk } from '@tta/obs-instrumentation';
import { meterBesideExecutions } from './meter-beside-executions.ts';
import { ModelCallProcessor } from './model-call-processor.ts';
import type { SpanProcessor } from './span-types.ts';

/** The clients of models that a program uses beside ours: the AI SDK, and all that make spans of their calls. */
export class ModelClients {
  #aiSdk: AiSdkObservation | undefined;

  /** Hears from the spans of the process. */
  readonly spanProcessor: SpanProcessor = new ModelCallProcessor(
    (attributes, active) => this.#aiSdk?.spanBegan(attributes, active) === true,
  );

  /** What others measure with. */
  readonly meter = meterBesideExecutions;

  observe(): void {
    this.#aiSdk ??= observeAiSdk();
  }

  /** Calls that are still going on are closed a moment later. */
  stop(): void {
    this.#aiSdk?.stop();
    this.#aiSdk = undefined;
  }
}
