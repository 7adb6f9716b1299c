import { afterEach } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { initializeObservability, type ObservabilityOptions } from '@tta/obs';
import type { ExecutionResult, LlmUsage } from '@tta/obs-context';
import { onExecution } from '@tta/obs-instrumentation';

/** Made up: a dollar a token. */
const pricing = {
  estimateUsd: ({ inputTokens, outputTokens }: LlmUsage): number | undefined =>
    inputTokens === undefined && outputTokens === undefined
      ? undefined
      : (inputTokens ?? 0) + (outputTokens ?? 0),
};

/** A program that has called `initializeObservability()`, and done nothing else about its model clients. */
export class ObservedProgram {
  readonly #exporter = new InMemorySpanExporter();
  readonly #started = new Set<string>();
  readonly heard: ExecutionResult[] = [];
  readonly #stop: () => Promise<void>;
  readonly #prometheusUrl: Promise<string | undefined>;

  constructor(options: ObservabilityOptions = {}) {
    const obs = initializeObservability({
      enableTtaUi: false,
      logLevel: 'silent',
      enablePrometheus: true,
      prometheusPort: 0,
      pricing,
      spanProcessors: [
        new SimpleSpanProcessor(this.#exporter),
        {
          onStart: (span) => void this.#started.add(span.spanContext().spanId),
          onEnd: (span) => void this.#started.delete(span.spanContext().spanId),
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
      ...options,
    });
    const stopListening = onExecution({ onEnd: (result) => void this.heard.push(result) });
    this.#prometheusUrl = obs.prometheusUrl;
    this.#stop = async () => {
      stopListening();
      await obs.shutdown();
    };
    stops.push(() => this.stop());
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** How many spans have begun and not ended. */
  get openSpans(): number {
    return this.#started.size;
  }

  get spans(): ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  span(name: string): ReadableSpan {
    const found = this.spans.filter((span) => span.name === name);
    if (found.length !== 1) throw new Error(`${found.length} spans ${name} in\n${this.tree()}`);
    return found[0] as ReadableSpan;
  }

  /** What an execution cost with all that it did, by its name. */
  totalUsd(name: string): number | undefined {
    return this.heard.find((result) => result.name === name)?.totalCostUsd;
  }

  /** All spans that have ended, indented: name, tokens and cost as they say them, and that they failed. */
  tree(): string {
    const lines: string[] = [];
    const ids = new Set(this.spans.map((span) => span.spanContext().spanId));
    const add = (span: ReadableSpan, depth: number): void => {
      lines.push('  '.repeat(depth) + described(span));
      const children = this.spans.filter(
        (one) => one.parentSpanContext?.spanId === span.spanContext().spanId,
      );
      for (const child of children.sort(byStart)) add(child, depth + 1);
    };
    for (const span of this.spans) if (!ids.has(span.parentSpanContext?.spanId ?? '')) add(span, 0);
    return lines.join('\n');
  }

  /** The sum over all points of a counter that have these labels, as Prometheus would scrape it; of a histogram its count. */
  async total(metric: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const url = await this.#prometheusUrl;
    if (url === undefined) throw new Error('no metrics are served');
    const text = await (await fetch(url)).text();
    const name = metric.replaceAll('.', '_');
    const wanted = Object.entries(labels).map(([key, value]) => `${key.replaceAll('.', '_')}="${value}"`);
    return text
      .split('\n')
      .filter((line) => new RegExp(`^${name}(_total|_count)?\\{`).test(line))
      .filter((line) => wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
  }

  /** What all metrics of model calls say together. */
  async counted(): Promise<Counted> {
    return {
      calls:
        (await this.total('gen_ai.client.inference.duration')) +
        (await this.total('gen_ai.client.operation.duration')),
      prompt: await this.total('llm.tokens.total', { 'llm.token_type': 'prompt' }),
      completion: await this.total('llm.tokens.total', { 'llm.token_type': 'completion' }),
      input: await this.total('gen_ai.client.inference.usage.input_tokens'),
      output: await this.total('gen_ai.client.inference.usage.output_tokens'),
      usd: await this.total('llm.cost.usd'),
    };
  }
}

export interface Counted {
  readonly calls: number;
  readonly prompt: number;
  readonly completion: number;
  readonly input: number;
  readonly output: number;
  readonly usd: number;
}

/** Each call once, at a dollar a token. */
export function counted(calls: number, input: number, output: number): Counted {
  return { calls, prompt: input, completion: output, input, output, usd: input + output };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function described({ name, attributes, status }: ReadableSpan): string {
  const tokens = [attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']];
  const parts = [name];
  if (tokens[0] !== undefined) parts.push(`${String(tokens[0])}+${String(tokens[1])}`);
  if (attributes['cost.usd'] !== undefined) parts.push(`$${String(attributes['cost.usd'])}`);
  const outcome = attributes['execution.status'];
  if (outcome !== undefined ? outcome !== 'success' : status.code === SpanStatusCode.ERROR)
    parts.push(String(outcome ?? 'error'));
  return parts.join(' ');
}

function byStart(a: ReadableSpan, b: ReadableSpan): number {
  return a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1];
}
