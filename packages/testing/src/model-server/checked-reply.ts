import { InvalidOptionError } from '@tta/obs-context';
import { valueText } from '../drawing/value-text.ts';
import { isObject } from './json-text.ts';
import { isRefused, type RefusedReply, type ServedReply, type ServerReply } from './served-reply.ts';

/** A reply as it stands. @throws `OBS_ERR_INVALID_OPTION` for what no server answers. */
export function checkedReply(reply: ServerReply): ServedReply | RefusedReply {
  if (typeof reply === 'string') return { text: reply };
  const given: unknown = reply;
  if (!isObject(given)) throw invalid(`a reply is ${valueText(given)}`, 'a text or an object');
  requireAmount('delayMs', reply.delayMs);
  if (isRefused(reply)) {
    const { status, retryAfterSeconds } = reply;
    requireAmount('retryAfterSeconds', retryAfterSeconds);
    if (!(Number.isInteger(status) && status >= 400 && status <= 599))
      throw invalid(`the status of a refusal is ${valueText(status)}`, 'a whole number from 400 to 599');
    return reply;
  }
  const { text = '', toolCalls = [], usage = {}, breakAfter } = reply;
  if (typeof text !== 'string') throw invalid(`text is ${valueText(text)}`, 'a text');
  if (!Array.isArray(toolCalls)) throw invalid(`toolCalls is ${valueText(toolCalls)}`, 'a list');
  for (const call of toolCalls) requireCall(call);
  for (const [name, amount] of Object.entries({ ...usage, breakAfter })) requireCount(name, amount);
  const { inputTokens, outputTokens, reasoningOutputTokens = 0 } = usage;
  const { cachedInputTokens = 0, cacheWriteInputTokens = 0 } = usage;
  const cached = cachedInputTokens + cacheWriteInputTokens;
  if (inputTokens !== undefined && inputTokens < cached)
    throw invalid(
      `inputTokens is ${inputTokens}`,
      `at least the ${cached} that are cached, which it includes`,
    );
  if (outputTokens !== undefined && outputTokens < reasoningOutputTokens)
    throw invalid(
      `outputTokens is ${outputTokens}`,
      `at least the ${reasoningOutputTokens} of reasoning, which it includes`,
    );
  return reply;
}

function requireCall(call: unknown): void {
  if (!isObject(call) || typeof call['name'] !== 'string')
    throw invalid(`a call of a tool is ${valueText(call)}`, 'an object with a name');
  const { id, arguments: given } = call;
  if (id !== undefined && typeof id !== 'string')
    throw invalid(`the id of a call is ${valueText(id)}`, 'a text');
  if (given !== undefined && !isJson(given))
    throw invalid(
      `what a call gives as arguments is ${valueText(given)}`,
      'what JSON can hold, or a text that stands as it is',
    );
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

function requireAmount(name: string, amount: number | undefined): void {
  if (amount === undefined || (Number.isFinite(amount) && amount >= 0)) return;
  throw invalid(`${name} is ${valueText(amount)}`, 'a number of at least 0');
}

function requireCount(name: string, count: number | undefined): void {
  if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) return;
  throw invalid(`${name} is ${valueText(count)}`, 'a whole number of at least 0');
}

function invalid(what: string, hasToBe: string): InvalidOptionError {
  return new InvalidOptionError(`model server: ${what}; it has to be ${hasToBe}`);
}
