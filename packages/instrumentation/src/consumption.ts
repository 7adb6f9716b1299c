import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names, genAiNames, type LlmUsage, type Pricing } from '@tta/obs-context';
import type { BoundedValues } from './bounded-values.ts';
import type { Execution } from './execution.ts';

/** What one execution has used so far: its span shows the sums, also of several model calls. */
export interface Consumption {
  inputTokens?: number;
  outputTokens?: number;
  cachedInputTokens?: number;
  costUsd?: number;
  /** With that of its steps. */
  totalCostUsd?: number;
  savedUsd?: number;
  /** When a model call was last told, on the monotonic clock. */
  usageToldAt?: number;
}

type OnFault = (error: unknown) => void;

/** Records the tokens of a model call, and what it cost: as reported, else by the price table. */
export function recordUsage(
  execution: Execution,
  usage: LlmUsage,
  pricing: Pricing | undefined,
  errorTypes: BoundedValues,
  onFault: OnFault,
): void {
  const inputTokens = amount('inputTokens', usage.inputTokens, onFault);
  const outputTokens = amount('outputTokens', usage.outputTokens, onFault);
  const cachedInputTokens = amount('cachedInputTokens', usage.cachedInputTokens, onFault);
  const llm = {
    [names.llmProvider]: text(usage.provider) ?? unknown,
    [names.llmModelName]: text(usage.model) ?? unknown,
  };
  const call = callAttributes(usage);
  const total = addTokens(execution, { inputTokens, outputTokens, cachedInputTokens });
  execution.span?.setAttributes({
    ...llm,
    ...call,
    ...(total.inputTokens === undefined ? {} : { [genAiNames.usageInputTokens]: total.inputTokens }),
    ...(total.outputTokens === undefined ? {} : { [genAiNames.usageOutputTokens]: total.outputTokens }),
    ...(total.cachedInputTokens === undefined
      ? {}
      : { [genAiNames.usageCacheReadInputTokens]: total.cachedInputTokens }),
  });
  const labels = { ...llm, [names.primitiveName]: execution.unit.name };
  const tokens = execution.run.instruments?.llmTokens;
  if (inputTokens !== undefined) tokens?.add(inputTokens, { ...labels, [names.llmTokenType]: 'prompt' });
  if (outputTokens !== undefined)
    tokens?.add(outputTokens, { ...labels, [names.llmTokenType]: 'completion' });
  recordCall(execution, usage, call, { inputTokens, outputTokens, cachedInputTokens }, errorTypes, onFault);
  const usd =
    amount('costUsd', usage.costUsd, onFault) ??
    amount('the estimated cost', pricing?.estimateUsd(usage), onFault);
  if (usd !== undefined) spend(execution, usd, labels);
}

type Tokens = Readonly<Record<(typeof tokenKinds)[number], number | undefined>>;

/** What the semantic conventions call a value that is not among those that they know. */
const unknown = '_OTHER';

/** What may be an attribute: JavaScript may leave out what the types ask for. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The operation if it is not told. */
const usualOperation = 'chat';

/** Which call it was, as spans and metrics of the GenAI conventions tell it. */
function callAttributes({ provider, model, requestModel, operation, error }: LlmUsage): Attributes {
  const failed = error !== undefined;
  const asked = text(requestModel) ?? (failed ? text(model) : undefined);
  const answered = failed ? undefined : text(model);
  return {
    [genAiNames.operationName]: operation ?? usualOperation,
    [genAiNames.providerName]: text(provider) ?? unknown,
    ...(asked !== undefined && { [genAiNames.requestModel]: asked }),
    ...(answered !== undefined && { [genAiNames.responseModel]: answered }),
  };
}

/** What the conventions call an inference. Other operations have a duration only, by another name. */
const inferences: ReadonlySet<string> = new Set(['chat', 'generate_content', 'text_completion']);

/** The metrics of the GenAI conventions: all calls of this kind in one place, whoever instrumented them. */
function recordCall(
  execution: Execution,
  { operation = usualOperation, durationMs, error }: LlmUsage,
  labels: Attributes,
  tokens: Tokens,
  errorTypes: BoundedValues,
  onFault: OnFault,
): void {
  const { run, startedAt, consumption } = execution;
  const { instruments, instrumentation } = run;
  if (!instruments) return;
  const now = instrumentation.guardedClock.monotonic();
  const ms = amount('durationMs', durationMs ?? now - (consumption.usageToldAt ?? startedAt), onFault);
  consumption.usageToldAt = now;
  const isInference = inferences.has(operation);
  const duration = isInference ? instruments.inferenceDuration : instruments.operationDuration;
  const failed = error !== undefined;
  const failure = failed && { [names.errorType]: errorTypes.admit(execution.infoOf(error).type) };
  if (ms !== undefined) duration.record(ms / 1000, { ...labels, ...failure });
  if (!isInference) return;
  const counted = { ...labels, [genAiNames.tokenModality]: 'unknown' };
  // A call that failed counts as one of no tokens, as the conventions want it.
  const {
    inputTokens = failed ? 0 : undefined,
    outputTokens = failed ? 0 : undefined,
    cachedInputTokens,
  } = tokens;
  if (inputTokens !== undefined) instruments.inferenceInputTokens.add(inputTokens, counted);
  if (outputTokens !== undefined) instruments.inferenceOutputTokens.add(outputTokens, counted);
  if (cachedInputTokens !== undefined) instruments.inferenceCacheReadTokens.add(cachedInputTokens, counted);
}

/** Records a cost that was paid or avoided, in US dollars. */
export function recordCost(
  execution: Execution,
  usd: number,
  kind: 'spent' | 'saved',
  onFault: OnFault,
): void {
  if (amount('cost', usd, onFault) === undefined) return;
  const labels = { [names.primitiveName]: execution.unit.name };
  if (kind === 'spent') {
    spend(execution, usd, labels);
    return;
  }
  const { consumption } = execution;
  consumption.savedUsd = (consumption.savedUsd ?? 0) + usd;
  execution.span?.setAttribute(names.costSavedUsd, consumption.savedUsd);
  execution.run.instruments?.costSavings.add(usd, labels);
}

/** What can be added to a sum: one `NaN`, and every sum that it went into is lost for the life of the process. */
function amount(what: string, value: number | undefined, onFault: OnFault): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return value;
  onFault(new RangeError(`${what} is ${String(value)}; it has to be a number that is not negative`));
  return undefined;
}

function spend(execution: Execution, usd: number, labels: Attributes): void {
  const { consumption } = execution;
  consumption.costUsd = (consumption.costUsd ?? 0) + usd;
  for (let above: Execution | undefined = execution; above; above = above.parent) {
    above.consumption.totalCostUsd = (above.consumption.totalCostUsd ?? 0) + usd;
  }
  execution.span?.setAttribute(names.costUsd, consumption.costUsd);
  execution.run.instruments?.llmCost.add(usd, labels);
}

const tokenKinds = ['inputTokens', 'outputTokens', 'cachedInputTokens'] as const;

/** Adds what is said; a number that no call told stays untold. */
function addTokens({ consumption }: Execution, said: Tokens): Consumption {
  for (const kind of tokenKinds) {
    const count = said[kind];
    if (count !== undefined) consumption[kind] = (consumption[kind] ?? 0) + count;
  }
  return consumption;
}
