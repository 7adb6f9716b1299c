import type { RunScope } from '@tta/obs-primitives';
import type { Prompt } from './prompt.ts';
import type { Summary } from './review.ts';
import { plainParagraphs } from './visible-text.ts';

/** A model behind an OpenAI-compatible chat completion API. */
export interface ModelOptions {
  readonly name: string;
  /** Address of the API, e.g. `https://api.openai.com/v1`. */
  readonly baseUrl: URL;
  /** Goes to `baseUrl` alone, in the header `Authorization`. */
  readonly apiKey: string;
  /** How long one attempt may take, in milliseconds. @defaultValue 30 000 */
  readonly attemptLimitMs?: number;
  /** Attempts after the first. @defaultValue 2 */
  readonly maxRetries?: number;
  /** Wait before the first retry, in milliseconds, unless the server names one. @defaultValue 1000 */
  readonly retryBaseMs?: number;
}

/** The model's server refused or failed. */
class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly status: number;
  /** Read for `Retry-After` by whoever retries. */
  readonly headers: Headers;

  constructor(status: number, headers: Headers, host: string) {
    super(`${host} answered ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

const MAX_ANSWER_BYTES = 1024 * 1024;

/** The body of the request: what leaves the machine, besides the key. */
export function requestBody(model: ModelOptions, prompt: Prompt): string {
  return JSON.stringify({
    model: model.name,
    messages: [
      { role: 'system', content: prompt.system },
      { role: 'user', content: prompt.user },
    ],
  });
}

/**
 * Asks the model once.
 *
 * @throws {@link ModelError} when the server answers with anything but success; `TypeError` of `fetch` when it
 * cannot be reached; the reason of `scope.signal` when that aborts.
 */
export async function askModel(model: ModelOptions, body: string, scope: RunScope): Promise<Summary> {
  const { baseUrl, name } = model;
  const provider = providerOf(baseUrl);
  scope.attr('gen_ai.operation.name', 'chat');
  scope.attr('gen_ai.provider.name', provider);
  scope.attr('gen_ai.request.model', name);
  scope.attr('server.address', baseUrl.hostname);

  const response = await fetch(`${baseUrl.href.replace(/\/+$/, '')}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${model.apiKey}` },
    body,
    signal: scope.signal,
    // A redirect would take the text to a host that was not announced.
    redirect: 'error',
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new ModelError(response.status, response.headers, baseUrl.host);
  }
  const answer = parseAnswer(await readBounded(response));
  if (answer.model !== undefined) scope.attr('gen_ai.response.model', answer.model);
  if (answer.id !== undefined) scope.attr('gen_ai.response.id', answer.id);
  if (answer.finishReason !== undefined) scope.attr('gen_ai.response.finish_reasons', [answer.finishReason]);
  scope.usage({
    provider,
    model: answer.model ?? name,
    ...(answer.inputTokens === undefined ? {} : { inputTokens: answer.inputTokens }),
    ...(answer.outputTokens === undefined ? {} : { outputTokens: answer.outputTokens }),
  });
  return { text: plainParagraphs(answer.text), source: name };
}

interface Answer {
  readonly text: string;
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly finishReason: string | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

function parseAnswer(text: string): Answer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error('the model server answered something that is not JSON', { cause: error });
  }
  const content = at(parsed, 'choices', '0', 'message', 'content');
  if (typeof content !== 'string' || content.trim() === '')
    throw new Error('the answer of the model holds no text');
  return {
    text: content,
    id: asText(at(parsed, 'id')),
    model: asText(at(parsed, 'model')),
    finishReason: asText(at(parsed, 'choices', '0', 'finish_reason')),
    inputTokens: asCount(at(parsed, 'usage', 'prompt_tokens')),
    outputTokens: asCount(at(parsed, 'usage', 'completion_tokens')),
  };
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? Reflect.get(inner, key)
        : undefined,
    value,
  );
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 200) : undefined;
}

function asCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer of the model is larger than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const PROVIDERS: readonly (readonly [RegExp, string])[] = [
  [/\.openai\.azure\.com$/, 'azure.ai.openai'],
  [/(?:^|\.)anthropic\.com$/, 'anthropic'],
  [/(?:^|\.)deepseek\.com$/, 'deepseek'],
  [/(?:^|\.)groq\.com$/, 'groq'],
  [/(?:^|\.)mistral\.ai$/, 'mistral_ai'],
  [/(?:^|\.)perplexity\.ai$/, 'perplexity'],
  [/(?:^|\.)x\.ai$/, 'x_ai'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
];

/** The conventions name an unknown server that speaks OpenAI's protocol `openai`. */
function providerOf(baseUrl: URL): string {
  return PROVIDERS.find(([host]) => host.test(baseUrl.hostname))?.[1] ?? 'openai';
}
