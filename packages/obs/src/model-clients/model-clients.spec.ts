import { tracingChannel } from 'node:diagnostics_channel';
import { trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { onExecution, withExecution } from '@tta/obs-instrumentation';
import { ObservedProcess } from '../../test/observed-process.ts';
import { sentText } from '../../test/sent-text.ts';
import type { ObservabilityOptions } from '../observability-options.ts';

const observed = new ObservedProcess();
const channel = tracingChannel<unknown, object>('ai:telemetry');
const pricing = { estimateUsd: ({ inputTokens = 0 }) => inputTokens };
const event = { callId: 'c', provider: 'openai.chat', modelId: 'm' };

/** What the AI SDK does, and a client that has spans. */
async function call(): Promise<void> {
  const answer = { usage: { inputTokens: { total: 3 } } };
  const tell = (type: string, body: () => Promise<unknown>) => channel.tracePromise(body, { type, event });
  await tell('generateText', () =>
    tell('step', () => tell('languageModelCall', () => Promise.resolve(answer))),
  );
  const attributes = { 'openinference.span.kind': 'LLM', 'llm.token_count.prompt': 4 };
  trace.getTracer('theirs').startSpan('LLM', { attributes }).end();
}

/** What a step that makes both calls spends, at a dollar a token. */
async function spent(env: Readonly<Record<string, string>>, options: ObservabilityOptions = {}) {
  const obs = observed.initialize(env, { pricing, ...options });
  const names: string[] = [];
  let usd: number | undefined;
  const end = onExecution({
    onEnd(result) {
      names.push(result.type);
      if (result.type === 'agent_step') usd = result.totalCostUsd;
    },
  });
  await withExecution({ type: 'agent_step' }, call);
  end();
  await obs.shutdown();
  return { usd, names };
}

describe('clients of models', () => {
  it('are observed with no line in the program, until observability is shut down', async () => {
    expect(await spent({})).toEqual({ usd: 7, names: ['llm', 'agent', 'agent_step'] });
    expect(channel.hasSubscribers).toBe(false);
    expect(await spent({ TTA_OBSERVE_MODEL_CLIENTS: 'TRUE' })).toMatchObject({ usd: 7 });
  });

  it.each<[Readonly<Record<string, string>>, ObservabilityOptions]>([
    [{ TTA_OBSERVE_MODEL_CLIENTS: 'false' }, {}],
    [{ TTA_OBSERVE_MODEL_CLIENTS: 'true' }, { observeModelClients: false }],
  ])('are not with %j and %j', async (env, options) => {
    expect(await spent(env, options)).toEqual({ usd: undefined, names: ['agent_step'] });
  });

  it('are by true or false alone', () => {
    const observeModelClients = 'no' as unknown as boolean;
    expect(() => observed.initialize({}, { observeModelClients })).toThrow(
      'observeModelClients is not usable; it has to be true or false',
    );
  });

  it('have what is still going on sent at the end', async () => {
    const sink = await observed.sink();
    const obs = observed.initialize(
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      { otlpEndpoint: sink.httpUrl },
    );
    const stream = { type: 'streamText', event };
    channel.start.runStores(stream, () => undefined);
    channel.start.runStores({ type: 'step', event }, () => undefined);
    await obs.shutdown();
    expect(sentText(sink)).toContain('primitive.agent.invoke_agent');
  });
});
