import type { AttributeJson, AttributesJson, PrimitiveFacts } from '@tta/obs-protocol';

/** What such facts are read from. Its values are of any program: each is checked. */
export interface FactSource {
  readonly attributes: AttributesJson;
  readonly events: readonly { readonly name: string; readonly attributes: AttributesJson }[];
}

/** Characters of a text; a page shows fewer. */
const LONGEST_TEXT = 200;
/** Attempts, changes of a circuit and steps of a saga; a page could not tell more of them apart. */
const LONGEST_LIST = 200;

/** What the span of a primitive tells of how it went; `null` where that is nothing. */
export function primitiveFacts({ attributes, events }: FactSource): PrimitiveFacts | null {
  const told: Record<string, unknown> = {};
  for (const name of Object.keys(attributes)) {
    const reader = ATTRIBUTES.get(name);
    const value = reader?.read(attributes[name]!);
    if (reader !== undefined && value !== undefined) told[reader.fact] = value;
  }
  if (events.length > 0) Object.assign(told, factsOfEvents(events));
  return Object.keys(told).length === 0 ? null : told;
}

interface Reader {
  readonly fact: keyof PrimitiveFacts;
  readonly read: (value: AttributeJson) => string | number | boolean | undefined;
}

/** By name of the attribute. */
const ATTRIBUTES: ReadonlyMap<string, Reader> = new Map([
  ['step.edge', { fact: 'edge', read: text }],
  ['cache.outcome', { fact: 'cacheOutcome', read: (value) => oneOf(CACHE_OUTCOMES, value) }],
  ['cost.saved_usd', { fact: 'savedUsd', read: (value) => amount(value) || undefined }],
  ['retry.stopped', { fact: 'retryStopped', read: text }],
  ['fallback.depth', { fact: 'fallbackDepth', read: count }],
  ['fallback.stopped', { fact: 'fallbackStopped', read: text }],
  ['timeout.limit_ms', { fact: 'limitMs', read: amount }],
  ['timeout.overrun_ms', { fact: 'overrunMs', read: amount }],
  ['execution.abandoned', { fact: 'isAbandoned', read: flag }],
  ['hedge.attempts', { fact: 'hedgeAttempts', read: count }],
  ['hedge.winner', { fact: 'hedgeWinner', read: count }],
  ['hedge.withheld', { fact: 'hedgeWithheld', read: text }],
  ['circuit_breaker.state', { fact: 'circuitState', read: text }],
  ['wait.duration_ms', { fact: 'waitedMs', read: amount }],
  ['approval.wait_ms', { fact: 'waitedMs', read: amount }],
  ['shared_run.joined', { fact: 'sharesRun', read: flag }],
  ['shared_run.callers', { fact: 'callers', read: count }],
  ['decision.choice', { fact: 'choice', read: text }],
  ['decision.reason', { fact: 'reason', read: text }],
  ['approval.reason', { fact: 'remark', read: text }],
  ['approval.by', { fact: 'decidedBy', read: text }],
  ['approval.for', { fact: 'askedOf', read: text }],
  ['loop.iterations', { fact: 'iterations', read: count }],
  ['foreach.items', { fact: 'items', read: count }],
  ['parallel.concurrency', { fact: 'concurrency', read: count }],
  ['parallel.effectiveness', { fact: 'effectiveness', read: amount }],
  ['stream.chunks', { fact: 'chunks', read: count }],
  ['stream.time_to_first_chunk_ms', { fact: 'firstChunkMs', read: amount }],
  ['agent.steps', { fact: 'agentSteps', read: count }],
  ['agent.tool_calls', { fact: 'toolCalls', read: count }],
] satisfies readonly (readonly [string, Reader])[]);

const CACHE_OUTCOMES = ['hit', 'miss', 'stale'] as const;
const CACHE_EVENTS: ReadonlySet<string> = new Set(CACHE_OUTCOMES.map((outcome) => `cache.${outcome}`));
const CIRCUIT_STATES: ReadonlyMap<string, 'closed' | 'open' | 'half_open'> = new Map([
  ['circuit.closed', 'closed'],
  ['circuit.open', 'open'],
  ['circuit.half_open', 'half_open'],
]);

type Writable<Facts> = { -readonly [Key in keyof Facts]: Facts[Key] };

function factsOfEvents(events: FactSource['events']): PrimitiveFacts {
  const facts: Writable<PrimitiveFacts> = {};
  const backoffMs: (number | null)[] = [];
  const changes: ('closed' | 'open' | 'half_open')[] = [];
  const undone: string[] = [];
  const notUndone: string[] = [];
  for (const { name, attributes } of events) {
    const state = CIRCUIT_STATES.get(name);
    if (CACHE_EVENTS.has(name)) {
      put(facts, 'cacheAgeMs', amount(attributes['cache.age_ms']));
      put(facts, 'cacheTtlMs', amount(attributes['cache.ttl_ms']));
    } else if (state !== undefined) {
      changes.push(state);
      put(facts, 'circuitRecoveryMs', amount(attributes['circuit_breaker.recovery_ms']));
    } else if (name === 'recovery.retry') noteBackoff(backoffMs, attributes);
    else if (name === 'recovery.compensation') undone.push(...listed(attributes['saga.step']));
    else if (name === 'recovery.compensation_failed') notUndone.push(...listed(attributes['saga.step']));
  }
  if (backoffMs.length > 0) facts.backoffMs = backoffMs;
  if (changes.length > 0) facts.circuitChanges = changes.slice(0, LONGEST_LIST);
  if (undone.length > 0) facts.undone = undone.slice(0, LONGEST_LIST);
  if (notUndone.length > 0) facts.notUndone = notUndone.slice(0, LONGEST_LIST);
  return facts;
}

function put<Key extends keyof PrimitiveFacts>(
  facts: Writable<PrimitiveFacts>,
  key: Key,
  value: PrimitiveFacts[Key],
): void {
  if (value !== undefined) facts[key] ??= value;
}

/** Those of a saga are of one of its steps, not of attempts of its own. */
function noteBackoff(backoffMs: (number | null)[], attributes: AttributesJson): void {
  const attempt = count(attributes['retry.attempt']);
  const waitMs = amount(attributes['retry.backoff_ms']);
  if (attempt === undefined || attempt < 1 || attempt > LONGEST_LIST || waitMs === undefined) return;
  if (attributes['saga.step'] !== undefined) return;
  while (backoffMs.length < attempt) backoffMs.push(null);
  backoffMs[attempt - 1] ??= waitMs;
}

function listed(value: AttributeJson | undefined): readonly string[] {
  const told = text(value);
  return told === undefined ? [] : [told];
}

function amount(value: AttributeJson | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function count(value: AttributeJson | undefined): number | undefined {
  return Number.isSafeInteger(value) ? amount(value) : undefined;
}

function flag(value: AttributeJson): true | undefined {
  return value === true || undefined;
}

function oneOf<Name extends string>(names: readonly Name[], value: AttributeJson): Name | undefined {
  return names.find((name) => name === value);
}

function text(value: AttributeJson | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length <= LONGEST_TEXT) return value;
  return `${value.slice(0, LONGEST_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
