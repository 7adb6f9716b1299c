import { either, is, isCount, isFlag, isLength, isObject, isText, listOf, shape } from './json-shape.ts';
import type { Check } from './json-shape.ts';
import type { PrimitiveFacts } from './primitive-facts.ts';

const FACTS: Readonly<Record<keyof PrimitiveFacts, Check>> = {
  edge: isText,
  cacheOutcome: either(is('hit'), is('miss'), is('stale')),
  cacheAgeMs: isLength,
  cacheTtlMs: isLength,
  savedUsd: isLength,
  backoffMs: listOf(either(isLength, is(null))),
  retryStopped: isText,
  fallbackDepth: isCount,
  fallbackStopped: isText,
  limitMs: isLength,
  overrunMs: isLength,
  isAbandoned: isFlag,
  hedgeAttempts: isCount,
  hedgeWinner: isCount,
  hedgeWithheld: isText,
  circuitState: isText,
  circuitChanges: listOf(either(is('closed'), is('open'), is('half_open'))),
  circuitRecoveryMs: isLength,
  waitedMs: isLength,
  sharesRun: isFlag,
  callers: isCount,
  choice: isText,
  reason: isText,
  decidedBy: isText,
  remark: isText,
  askedOf: isText,
  iterations: isCount,
  items: isCount,
  concurrency: isCount,
  effectiveness: isLength,
  undone: listOf(isText),
  notUndone: listOf(isText),
  chunks: isCount,
  firstChunkMs: isLength,
  agentSteps: isCount,
  toolCalls: isCount,
};
const entries = Object.entries(FACTS);

const factsShape: Check = (value) =>
  isObject(value) && entries.every(([key, check]) => value[key] === undefined || check(value[key]));

export const primitiveColumnsShape = shape({ span: listOf(isCount), facts: listOf(factsShape) });
