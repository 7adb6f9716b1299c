import { type Attributes, SpanKind } from '@opentelemetry/api';
import { genAiNames, InvalidCompositionError } from '@tta/obs-context';
import { InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';
import {
  requireAtLeast,
  requireFunction,
  requireNonNegativeInteger,
  requireOptions,
} from '../internal/requirements.ts';
import type { LlmOptions } from './llm-options.ts';
import type { LlmResponse, ResponseOf } from './llm-response.ts';
import { type CalledModel, ModelCall } from './model-call.ts';
import { requestAttributes } from './request-attributes.ts';

class Llm<I, Response> extends InstrumentedPrimitive<I, LlmResponse<Response>, string> {
  readonly #model: CalledModel<I>;

  constructor(model: CalledModel<I>, attributes: Attributes) {
    super({ type: 'llm', action: model.operation, name: model.name, kind: SpanKind.CLIENT, attributes });
    this.#model = model;
  }

  protected run(input: I, scope: RunScope<string>): Promise<LlmResponse<Response>> {
    return new ModelCall(this.#model, scope).run(input) as Promise<LlmResponse<Response>>;
  }
}

/**
 * A language model as a step: any function that calls one. One span `primitive.llm.{operation}` with what the conventions for
 * generative AI ask for, its tokens and its cost, however many attempts it takes.
 *
 * Read by `stream`, its chunks are the text as it comes, where `call` asks for a stream. A stream that breaks off has used
 * what it has told by then.
 *
 * @throws What the last attempt threw, untouched. It is tried again as by `retry`, after the wait that the provider asks for.
 * @throws `OBS_ERR_LLM_FAILED` when the response itself says that it failed.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for options that are none, at construction.
 *
 * @example
 * ```ts
 * const ask = llm({
 *   provider: 'openai',
 *   model: 'gpt-5.1',
 *   call: (question: string, { signal, isRead }) =>
 *     client.chat.completions.create(
 *       { model: 'gpt-5.1', messages: [{ role: 'user', content: question }], stream: isRead },
 *       { signal, maxRetries: 0 },
 *     ),
 *   reads: openAiChat,
 * });
 * const { text, usage } = await ask.execute('Why is the sky blue?');
 * for await (const piece of ask.stream('Why is it red at dusk?')) process.stdout.write(piece);
 * ```
 */
export function llm<I, Returned>(
  options: LlmOptions<I, Returned>,
): InstrumentedPrimitive<I, LlmResponse<ResponseOf<Awaited<Returned>>>, string> {
  requireOptions(options, 'llm', '{ provider, model, call, reads }');
  const { provider, model, call, reads, maxRetries = 2, maxDelayMs = 60_000 } = options;
  const { name = model, operation = 'chat' } = options;
  requireText(provider, 'llm: provider', 'openai');
  requireText(model, 'llm: model', 'gpt-5.1');
  requireText(operation, 'llm: operation', 'chat');
  requireFunction(call, 'llm: call');
  requireAdapter(reads);
  requireNonNegativeInteger(maxRetries, 'llm: maxRetries');
  requireAtLeast(0, maxDelayMs, 'llm: maxDelayMs');
  const { request, server } = options;
  if (request !== undefined) requireOptions(request, 'llm: request', '{ temperature: 0.5 }');
  if (server !== undefined) {
    requireOptions(server, 'llm: server', "{ address: 'api.openai.com' }");
    requireText(server.address, 'llm: server.address', 'api.openai.com');
  }
  const attributes = {
    ...requestAttributes(options),
    [genAiNames.operationName]: operation,
    [genAiNames.providerName]: provider,
    [genAiNames.requestModel]: model,
  };
  return new Llm({ name, provider, model, operation, call, reads, maxRetries, maxDelayMs }, attributes);
}

function requireText(value: unknown, what: string, example: string): void {
  if (typeof value === 'string' && value !== '') return;
  const found = value === '' ? 'an empty text' : value === null ? 'null' : `of type ${typeof value}`;
  throw new InvalidCompositionError(`${what} is ${found}; it has to be a text such as '${example}'`);
}

function requireAdapter(reads: unknown): void {
  if (typeof (reads as { reply?: unknown } | null | undefined)?.reply === 'function') return;
  throw new InvalidCompositionError(
    'llm: reads is no adapter; it has to be openAiChat, openAiResponses, anthropicMessages, aiSdk or an object with reply(response)',
  );
}
