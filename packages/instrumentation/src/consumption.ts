import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names, genAiNames, type LlmUsage, type Pricing } from '@tta/obs-context';
import type { BoundedValues } from './bounded-values.ts';
import type { Execution } from './execution.ts';
import { type TokenKind, tokenKinds } from './token-kinds.ts';

/** What one execution has used so far: its span shows the sums, also of several model calls. */
export interface Consumption extends Partial<Record<TokenKind, number>> {
  costUsd?: number;
  /** The part of `costUsd` that nobody charged for yet: it follows from a table of prices. */
  estimatedUsd?: number;
  /** With that of its steps. */
  totalCostUsd?: number;
  savedUsd?: number;
  /** When a model call was last told, on the monotonic clock. */
  usageToldAt?: number;
}

type OnFault = (error: unknown) => void;

/** What somebody else records of a call besides, and what is left to them so that it is not there twice. */
export interface RecordedElsewhere {
  /** The metrics have its times. */
  readonly isTimed: boolean;
}

/**
 * Records the tokens of a model call, and what it cost: as reported, else by the price table.
 *
 * @param elsewhere - Of a call that has a span of somebody else's: on that of the execution there is its cost alone.
 */
export function recordUsage(
  execution: Execution,
  usage: LlmUsage,
  pricing: Pricing | undefined,
  errorTypes: BoundedValues,
  onFault: OnFault,
  elsewhere?: RecordedElsewhere,
): void {
  const tokens: Tokens = {};
  for (const kind of tokenKinds) {
    const count = tokenCount(kind, usage[kind], onFault);
    if (count !== undefined) tokens[kind] = count;
  }
  const llm = {
    [names.llmProvider]: text(usage.provider) ?? unknown,
    [names.llmModelName]: text(usage.model) ?? unknown,
  };
  const call = callAttributes(usage);
  if (!elsewhere) {
    const total = addTokens(execution, tokens);
    // What was left behind may tell later what it used: its span has ended then.
    if (!execution.ended) execution.span?.setAttributes(spanAttributes(usage, llm, call, total));
  }
  const labels = { ...llm, [names.primitiveName]: execution.unit.name };
  const { inputTokens, outputTokens } = tokens;
  const counter = execution.run.instruments?.llmTokens;
  if (inputTokens !== undefined) counter?.add(inputTokens, { ...labels, [names.llmTokenType]: 'prompt' });
  if (outputTokens !== undefined)
    counter?.add(outputTokens, { ...labels, [names.llmTokenType]: 'completion' });
  recordCall(execution, usage, call, tokens, errorTypes, onFault, elsewhere);
  const reportedUsd = dollars('costUsd', usage.costUsd, onFault);
  if (reportedUsd !== undefined) {
    spend(execution, reportedUsd, labels);
    return;
  }
  const estimatedUsd = dollars('the estimated cost', pricing?.estimateUsd(usage), onFault);
  if (estimatedUsd === undefined) return;
  noteEstimate(execution, estimatedUsd, pricing?.version);
  spend(execution, estimatedUsd, labels);
}

type Tokens = Partial<Record<TokenKind, number>>;

const tokenNames: Readonly<Record<TokenKind, string>> = {
  inputTokens: genAiNames.usageInputTokens,
  outputTokens: genAiNames.usageOutputTokens,
  cachedInputTokens: genAiNames.usageCacheReadInputTokens,
  cacheWriteInputTokens: genAiNames.usageCacheWriteInputTokens,
  reasoningOutputTokens: genAiNames.usageReasoningOutputTokens,
};

/** What the span says of the call, of its response, and of all tokens so far. */
function spanAttributes(usage: LlmUsage, llm: Attributes, call: Attributes, total: Tokens): Attributes {
  const attributes: Attributes = { ...llm, ...call };
  const { responseId, finishReasons, timeToFirstChunkMs } = usage;
  const id = text(responseId);
  if (id !== undefined) attributes[genAiNames.responseId] = id;
  if (finishReasons?.length) {
    const reasons = finishReasons.slice(0, mostFinishReasons).flatMap((reason) => text(reason) ?? []);
    attributes[genAiNames.responseFinishReasons] = reasons;
  }
  if (isAmount(timeToFirstChunkMs))
    attributes[genAiNames.responseTimeToFirstChunk] = timeToFirstChunkMs / 1000;
  for (const kind of tokenKinds) {
    const count = total[kind];
    if (count !== undefined) attributes[tokenNames[kind]] = count;
  }
  return attributes;
}

/** What the semantic conventions call a value that is not among those that they know. */
const unknown = '_OTHER';

/** Characters of what a provider says of a call. Its labels live as long as the process. */
const longestText = 256;

/** More than any provider lets a call ask for. */
const mostFinishReasons = 128;

/** What may be an attribute: JavaScript may leave out what the types ask for, and a provider may say anything. */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // Made anew, as a part of a text would keep the whole in memory.
  return value.length <= longestText ? value : Buffer.from(value.slice(0, longestText)).toString();
}

/** The operation if it is not told. */
const usualOperation = 'chat';

/** Which call it was, as spans and metrics of the GenAI conventions tell it. */
function callAttributes(usage: LlmUsage): Attributes {
  const { provider, model, requestModel, operation, error, responseId } = usage;
  const isUnanswered = error !== undefined && responseId === undefined;
  const asked = text(requestModel) ?? (isUnanswered ? text(model) : undefined);
  const answered = isUnanswered ? undefined : text(model);
  const attributes: Attributes = {
    [genAiNames.operationName]: text(operation) ?? usualOperation,
    [genAiNames.providerName]: text(provider) ?? unknown,
  };
  if (asked !== undefined) attributes[genAiNames.requestModel] = asked;
  if (answered !== undefined) attributes[genAiNames.responseModel] = answered;
  return attributes;
}

/** What the conventions call an inference. Other operations have a duration only, by another name. */
const inferences: ReadonlySet<string> = new Set(['chat', 'generate_content', 'text_completion']);

/** The metrics of the GenAI conventions: all calls of this kind in one place, whoever instrumented them. */
function recordCall(
  execution: Execution,
  { operation = usualOperation, durationMs, error, timeToFirstChunkMs, chunkTimesMs }: LlmUsage,
  call: Attributes,
  tokens: Tokens,
  errorTypes: BoundedValues,
  onFault: OnFault,
  elsewhere: RecordedElsewhere | undefined,
): void {
  const { run, startedAt, consumption } = execution;
  const { instruments, instrumentation } = run;
  if (!instruments) return;
  const now = instrumentation.guardedClock.monotonic();
  const ms = amount('durationMs', durationMs ?? now - (consumption.usageToldAt ?? startedAt), onFault);
  if (!elsewhere) consumption.usageToldAt = now;
  const isInference = inferences.has(operation);
  const duration = isInference ? instruments.inferenceDuration : instruments.operationDuration;
  const failed = error !== undefined;
  const labels = failed
    ? { ...call, [names.errorType]: errorTypes.admit(execution.infoOf(error).type) }
    : call;
  const isTimed = elsewhere?.isTimed ?? false;
  if (ms !== undefined && !isTimed) duration.record(ms / 1000, labels);
  if (!isInference) return;
  const firstMs = amount('timeToFirstChunkMs', timeToFirstChunkMs, onFault);
  if (firstMs !== undefined && !isTimed) instruments.inferenceTimeToFirstChunk.record(firstMs / 1000, labels);
  for (const chunkMs of chunkTimesMs ?? []) {
    if (isAmount(chunkMs)) instruments.inferenceTimePerChunk.record(chunkMs / 1000, labels);
  }
  const counted = { ...call, [genAiNames.tokenModality]: 'unknown' };
  for (const kind of tokenKinds) {
    // A call that failed counts as one of no tokens, as the conventions want it.
    const count = tokens[kind] ?? (failed ? 0 : undefined);
    if (count !== undefined) instruments.inferenceTokens[kind].add(count, counted);
  }
}

/** Records a cost that was paid or avoided, in US dollars. */
export function recordCost(
  execution: Execution,
  usd: number,
  kind: 'spent' | 'saved',
  onFault: OnFault,
): void {
  if (dollars('cost', usd, onFault) === undefined) return;
  const labels = { [names.primitiveName]: execution.unit.name };
  if (kind === 'spent') {
    spend(execution, usd, labels);
    return;
  }
  const { consumption } = execution;
  consumption.savedUsd = (consumption.savedUsd ?? 0) + usd;
  if (!execution.ended) execution.span?.setAttribute(names.costSavedUsd, consumption.savedUsd);
  execution.run.instruments?.costSavings.add(usd, labels);
}

/** What can be added to a sum: one `NaN`, and every sum that it went into is lost for the life of the process. */
function amount(what: string, value: number | undefined, onFault: OnFault): number | undefined {
  if (value === undefined || isAmount(value)) return value;
  onFault(new RangeError(`${what} is ${String(value)}; it has to be a number that is not negative`));
  return undefined;
}

/** What can be a number of tokens. Beyond it, a sum would no longer count what is added. */
function tokenCount(kind: TokenKind, value: number | undefined, onFault: OnFault): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  onFault(new RangeError(`${kind} is ${String(value)}; it has to be a whole number of tokens`));
  return undefined;
}

/** What nobody pays at once: two of the greatest numbers, and every sum is infinite for the life of the process. */
const mostUsd = 1e9;

function dollars(what: string, value: number | undefined, onFault: OnFault): number | undefined {
  const usd = amount(what, value, onFault);
  if (usd === undefined || usd <= mostUsd) return usd;
  onFault(new RangeError(`${what} is ${usd}; it has to be US dollars, ${mostUsd} at most`));
  return undefined;
}

function isAmount(value: number | undefined): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

/** Says on the span which part of its cost is an estimate, and by which table. */
function noteEstimate({ consumption, ended, span }: Execution, usd: number, table: string | undefined): void {
  consumption.estimatedUsd = (consumption.estimatedUsd ?? 0) + usd;
  if (ended) return;
  span?.setAttribute(names.costEstimatedUsd, consumption.estimatedUsd);
  const version = text(table);
  if (version !== undefined) span?.setAttribute(names.costPriceTable, version);
}

function spend(execution: Execution, usd: number, labels: Attributes): void {
  const { consumption } = execution;
  consumption.costUsd = (consumption.costUsd ?? 0) + usd;
  for (let above: Execution | undefined = execution; above; above = above.parent) {
    above.consumption.totalCostUsd = (above.consumption.totalCostUsd ?? 0) + usd;
  }
  if (!execution.ended) execution.span?.setAttribute(names.costUsd, consumption.costUsd);
  execution.run.instruments?.llmCost.add(usd, labels);
}

/** Adds what is said; a number that no call told stays untold. */
function addTokens({ consumption }: Execution, said: Tokens): Consumption {
  for (const kind of tokenKinds) {
    const count = said[kind];
    if (count !== undefined) consumption[kind] = (consumption[kind] ?? 0) + count;
  }
  return consumption;
}
