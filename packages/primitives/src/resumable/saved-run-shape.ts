import type { ApprovalRequest } from '../approval/approval-request.ts';
import type { SavedRun } from './resume-token.ts';
import type { SavedStep } from './saved-run.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isAmount: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isAnything: Check = () => true;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((one) => one === value);

/** An object with these fields and no others. */
function shape(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    isRecord(value) &&
    Object.entries(fields).every(([key, check]) => check(value[key])) &&
    Object.keys(value).every((key) => Object.hasOwn(fields, key));
}

function mapOf(check: Check, key: RegExp = /^/): Check {
  return (value) =>
    isRecord(value) && Object.entries(value).every(([name, one]) => key.test(name) && check(one));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isAtMostOne: Check = (value) => Array.isArray(value) && value.length <= 1;

const isFailure = shape({
  code: optional(isText),
  message: isText,
  category: oneOf(
    'network',
    'timeout',
    'rate_limit',
    'resource',
    'transient',
    'validation',
    'auth',
    'cancelled',
    'permanent',
    'unknown',
  ),
  severity: oneOf('low', 'medium', 'high', 'critical'),
  recoverable: isFlag,
  retryAfterMs: optional(isAmount),
});

const isGate = shape({
  request: shape({
    id: isText,
    name: isText,
    message: isText,
    input: isAnything,
    expiresAt: optional(isAmount),
    level: isAmount,
    for: optional(isText),
  }),
  askedAt: isAmount,
  decision: optional(
    shape({
      kind: oneOf('continue', 'edit', 'skip', 'quit'),
      input: isAnything,
      reason: optional(isText),
      by: optional(isText),
    }),
  ),
});

const isStep: Check = (value) =>
  shape({
    input: optional(isText),
    output: optional(isAtMostOne),
    symbol: optional(isText),
    failure: optional(isFailure),
    gate: optional(isGate),
    owes: optional(isFlag),
    steps: optional(mapOf(isStep, /^[1-9]\d*:./s)),
  })(value);

const isTextOrAbsent = optional(isText);

const isRun = shape({
  version: isAnything,
  workflow: isText,
  graph: isText,
  input: isAtMostOne,
  init: shape({
    workflowId: isTextOrAbsent,
    workflowName: isTextOrAbsent,
    agentId: isTextOrAbsent,
    agentType: isTextOrAbsent,
    sessionId: isTextOrAbsent,
    userId: isTextOrAbsent,
    requestId: isTextOrAbsent,
    llmProvider: isTextOrAbsent,
    llmModelName: isTextOrAbsent,
    llmModelTier: isTextOrAbsent,
    correlationId: isTextOrAbsent,
    causationId: isTextOrAbsent,
    tags: optional(mapOf(isText)),
    baggage: optional(mapOf(isText)),
  }),
  state: mapOf(isAnything),
  traceparent: isTextOrAbsent,
  journal: isStep,
});

/** Whether a value is all that a saved run has to be. @throws RangeError for one that is nested deeper than any run. */
export function isSavedRun(value: unknown): value is SavedRun {
  return isRun(value);
}

/** The requests of a saved run that nobody has decided about, in the order in which they came up. */
export function* requestsIn({ gate, steps = {} }: SavedStep): Generator<ApprovalRequest> {
  if (gate && !gate.decision) yield gate.request;
  for (const step of Object.values(steps)) yield* requestsIn(step);
}
