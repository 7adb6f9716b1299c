import { either, is, isCount, isFlag, isLength, isObject, isText, listOf, shape } from './json-shape.ts';
import type { Check } from './json-shape.ts';
import type { PrimitiveFacts } from './primitive-facts.ts';

const FACTS: Readonly<Record<keyof PrimitiveFacts, Check>> = {
  edge: isText,
  cacheOutcome: either(is('hit'), is('miss'), is('stale')),
  cacheAgeMs: isLength,
  savedUsd: isLength,
  backoffMs: listOf(isLength),
  retryStopped: isText,
  limitMs: isLength,
  overrunMs: isLength,
  hedgeAttempts: isCount,
  hedgeWinner: isCount,
  circuitState: isText,
  circuitChanges: listOf(isText),
  waitedMs: isLength,
  sharesRun: isFlag,
  callers: isCount,
  choice: isText,
  reason: isText,
  decidedBy: isText,
  iterations: isCount,
  items: isCount,
  agentSteps: isCount,
  toolCalls: isCount,
};
const entries = Object.entries(FACTS);

const factsShape: Check = (value) =>
  isObject(value) && entries.every(([key, check]) => value[key] === undefined || check(value[key]));

export const primitiveColumnsShape = shape({ span: listOf(isCount), facts: listOf(factsShape) });
