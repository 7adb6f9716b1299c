import type { AttributeJson, SpanDetail } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { formatUsd } from './format-usage.ts';
import { safeText } from './safe-text.ts';

/** What a row needs of a span beyond its columns. */
export type NotedSpan = Pick<SpanDetail, 'attributes' | 'events'> & {
  readonly ai: Pick<NonNullable<SpanDetail['ai']>, 'finishReasons'> | null;
};

/** What the attributes of a primitive say of how it went, in a few words; `null` when there is nothing to say. */
export function spanNote(primitiveType: string | null, span: NotedSpan): string | null {
  const isKnown = primitiveType !== null && Object.hasOwn(NOTES, primitiveType);
  const words = isKnown ? NOTES[primitiveType]!(span) : [];
  const saved = number(span.attributes['cost.saved_usd']);
  const told = [
    ...words,
    ...(saved !== undefined && saved > 0 ? [`saved ${formatUsd(saved)}`] : []),
    ...(span.ai?.finishReasons ?? []).filter((reason) => STOPPED_EARLY.has(reason)),
  ].filter((word) => word !== undefined);
  return told.length === 0 ? null : told.join(', ');
}

/** How long a retry waited before its attempt of this number, in milliseconds. */
export function waitBeforeAttempt({ events }: NotedSpan, attempt: number): number | undefined {
  const answered = events.find(
    ({ name, attributes }) =>
      name === 'recovery.retry' && number(attributes['retry.attempt']) === attempt - 1,
  );
  return number(answered?.attributes['retry.backoff_ms']);
}

/** A model that stopped for one of these has not said all. */
const STOPPED_EARLY: ReadonlySet<string> = new Set(['length', 'content_filter']);

type Notes = (span: NotedSpan) => readonly (string | undefined)[];

const decision: Notes = ({ attributes }) => {
  const choice = text(attributes['decision.choice']);
  const reason = text(attributes['decision.reason']);
  // The step that was taken stands below; what a condition or a key says needs no word beside it.
  const isPlain = reason === undefined || reason === 'condition' || reason === 'key';
  return [choice === undefined || isPlain ? undefined : `${choice} (${reason.replaceAll('_', ' ')})`];
};

const waited: Notes = ({ attributes }) => {
  const waitMs = number(attributes['wait.duration_ms']);
  return [waitMs === undefined || waitMs === 0 ? undefined : `waited ${formatDuration(waitMs)}`];
};

/** By the name of the event. */
const CIRCUIT_CHANGES: ReadonlyMap<string, string> = new Map([
  ['circuit.open', 'has opened'],
  ['circuit.half_open', 'is tried again'],
  ['circuit.closed', 'has closed'],
]);

/** By `primitive.type`. */
const NOTES: Readonly<Record<string, Notes>> = {
  cache: ({ attributes, events }) => {
    const outcome = text(attributes['cache.outcome']);
    const ageMs = events
      .map((event) => number(event.attributes['cache.age_ms']))
      .find((age) => age !== undefined);
    return [
      outcome === undefined || ageMs === undefined || outcome === 'miss'
        ? outcome
        : `${outcome}, ${formatDuration(ageMs)} old`,
    ];
  },
  retry: ({ attributes }) => {
    const stopped = text(attributes['retry.stopped']);
    return [
      stopped === undefined || stopped === 'attempts'
        ? undefined
        : `gave up: ${stopped.replaceAll('_', ' ')}`,
    ];
  },
  timeout: ({ attributes }) => {
    const limitMs = number(attributes['timeout.limit_ms']);
    const overrunMs = number(attributes['timeout.overrun_ms']);
    return [
      limitMs === undefined ? undefined : `limit ${formatDuration(limitMs)}`,
      overrunMs === undefined ? undefined : `ended ${formatDuration(overrunMs)} after it`,
    ];
  },
  hedge: ({ attributes }) => {
    const attempts = number(attributes['hedge.attempts']);
    const winner = number(attributes['hedge.winner']);
    if (attempts === undefined || attempts < 2) return [];
    return [
      winner === undefined ? `${attempts} attempts` : `attempt ${winner} of ${attempts} answered first`,
    ];
  },
  circuit_breaker: ({ attributes, events }) => {
    const state = text(attributes['circuit_breaker.state']);
    const changes = events.flatMap(({ name }) => CIRCUIT_CHANGES.get(name) ?? []);
    return [state === undefined || state === 'closed' ? undefined : state.replaceAll('_', ' '), ...changes];
  },
  rate_limit: waited,
  bulkhead: waited,
  dedupe: ({ attributes }) => {
    const callers = number(attributes['shared_run.callers']);
    return [
      attributes['shared_run.joined'] === true ? 'shares the work of another run' : undefined,
      callers === undefined || callers < 2 ? undefined : `for ${callers} callers`,
    ];
  },
  conditional: decision,
  switch: decision,
  match: decision,
  router: decision,
  race: decision,
  loop: ({ attributes }) => [counted(attributes['loop.iterations'], 'iteration')],
  foreach: ({ attributes }) => [counted(attributes['foreach.items'], 'item')],
  agent: ({ attributes }) => [
    counted(attributes['agent.steps'], 'step'),
    counted(attributes['agent.tool_calls'], 'tool call'),
  ],
  approval: ({ attributes }) => {
    const choice = text(attributes['decision.choice']);
    const by = text(attributes['approval.by']);
    const waitMs = number(attributes['approval.wait_ms']);
    return [
      choice === undefined ? undefined : `${choice}${by === undefined ? '' : ` by ${by}`}`,
      choice === undefined || waitMs === undefined ? undefined : `waited ${formatDuration(waitMs)}`,
    ];
  },
};

function counted(value: AttributeJson | undefined, noun: string): string | undefined {
  const count = number(value);
  if (count === undefined || count === 0) return undefined;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Attributes come from any program. */
function number(value: AttributeJson | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function text(value: AttributeJson | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? safeText(value) : undefined;
}
