import type { PrimitiveFacts } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { formatUsd } from './format-usage.ts';
import { safeText } from './safe-text.ts';

/**
 * What a span tells of how it went, in a few words; `null` when there is nothing to say.
 *
 * @param finishReasons - Of a model, why it stopped.
 */
export function spanNote(
  primitiveType: string | null,
  facts: PrimitiveFacts,
  finishReasons: readonly string[],
): string | null {
  const isKnown = primitiveType !== null && Object.hasOwn(NOTES, primitiveType);
  const how = isKnown ? NOTES[primitiveType]!(facts) : [];
  const { savedUsd } = facts;
  const told = [
    ...how,
    ...(savedUsd === undefined ? [] : [`saved ${formatUsd(savedUsd)}`]),
    ...finishReasons.filter((reason) => STOPPED_EARLY.has(reason)),
  ].filter((word) => word !== undefined);
  return told.length === 0 ? null : told.join(', ');
}

/** A model that stopped for one of these has not said all. */
const STOPPED_EARLY: ReadonlySet<string> = new Set(['length', 'content_filter']);

type Notes = (facts: PrimitiveFacts) => readonly (string | undefined)[];

const decision: Notes = ({ choice, reason }) => {
  // The step that was taken stands below; what a condition or a key says needs no word beside it.
  const isPlain = reason === undefined || reason === 'condition' || reason === 'key';
  return [choice === undefined || isPlain ? undefined : `${safeText(choice)} (${words(reason)})`];
};

const waited: Notes = ({ waitedMs }) => [
  waitedMs === undefined || waitedMs === 0 ? undefined : `waited ${formatDuration(waitedMs)}`,
];

const CIRCUIT_CHANGES = { open: 'has opened', half_open: 'is tried again', closed: 'has closed' } as const;

/** By `primitive.type`. */
const NOTES: Readonly<Record<string, Notes>> = {
  cache: ({ cacheOutcome, cacheAgeMs }) => [
    cacheOutcome === undefined || cacheAgeMs === undefined || cacheOutcome === 'miss'
      ? cacheOutcome
      : `${cacheOutcome}, ${formatDuration(cacheAgeMs)} old`,
  ],
  retry: ({ retryStopped }) => [
    retryStopped === undefined || retryStopped === 'attempts' ? undefined : `gave up: ${words(retryStopped)}`,
  ],
  timeout: ({ limitMs, overrunMs }) => [
    limitMs === undefined ? undefined : `limit ${formatDuration(limitMs)}`,
    overrunMs === undefined ? undefined : `ended ${formatDuration(overrunMs)} after it`,
  ],
  hedge: ({ hedgeAttempts: attempts, hedgeWinner: winner }) => {
    if (attempts === undefined || attempts < 2) return [];
    return [
      winner === undefined ? `${attempts} attempts` : `attempt ${winner} of ${attempts} answered first`,
    ];
  },
  circuit_breaker: ({ circuitState: state, circuitChanges = [] }) => [
    state === undefined || state === 'closed' ? undefined : words(state),
    ...circuitChanges.map((change) => CIRCUIT_CHANGES[change]),
  ],
  rate_limit: waited,
  bulkhead: waited,
  dedupe: ({ sharesRun, callers }) => [
    sharesRun === true ? 'shares the work of another run' : undefined,
    callers === undefined || callers < 2 ? undefined : `for ${callers} callers`,
  ],
  conditional: decision,
  switch: decision,
  match: decision,
  router: decision,
  race: decision,
  loop: ({ iterations }) => [counted(iterations, 'iteration')],
  foreach: ({ items }) => [counted(items, 'item')],
  agent: ({ agentSteps, toolCalls }) => [counted(agentSteps, 'step'), counted(toolCalls, 'tool call')],
  approval: ({ choice, decidedBy: by, waitedMs }) => [
    choice === undefined ? undefined : `${safeText(choice)}${by === undefined ? '' : ` by ${safeText(by)}`}`,
    choice === undefined || waitedMs === undefined ? undefined : `waited ${formatDuration(waitedMs)}`,
  ],
};

function counted(count: number | undefined, noun: string): string | undefined {
  if (count === undefined || count === 0) return undefined;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function words(name: string): string {
  return safeText(name).replaceAll('_', ' ');
}
