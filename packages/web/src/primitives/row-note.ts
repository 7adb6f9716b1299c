import type { PrimitiveFacts } from '@tta/obs-protocol';
import { countOf } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { formatUsd } from '../format/usd.ts';
import { rowEdge } from '../tree/edge.ts';
import { isFailed, isLimitReached } from '../tree/failures.ts';
import { perRow } from '../tree/per-tree.ts';
import { aiPlaceOf, factsOf } from '../tree/row-columns.ts';
import { childRows, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { laneWords } from './lane-use.ts';
import { rowKind } from './row-kind.ts';
import type { SpanKindName } from './primitive-kind.ts';
import { gapsBetween, rowBars } from './row-bars.ts';
import { rowEndMs, rowStartMs, stepRows, winnerRow } from './step-rows.ts';

/** What a row says beside its name about how it went: attempts and waits, which branch won, why it failed. */
export const rowNote = perRow((tree, row): string | undefined => {
  const span = tree.inner[row] as number;
  const facts = factsOf(tree.spans, span);
  const told = [
    ...(NOTES[rowKind(tree, row)]?.({ tree, row, facts }) ?? []),
    facts.savedUsd === undefined ? undefined : `saved ${formatUsd(facts.savedUsd)}`,
    // Their errors would say it again.
    facts.circuitState === 'open' || isLimitReached(tree, row) ? undefined : failureNote(tree, row),
  ].filter((words) => words !== undefined);
  return told.length === 0 ? undefined : told.join(', ');
});

/** Whether the row is a branch of a fallback that failed, so that another had to answer. */
export function isFailedBranch(tree: SpanTree, row: number): boolean {
  const edge = rowEdge(tree, row)?.kind;
  return (edge === 'primary' || edge === 'fallback') && isFailed(tree, row);
}

/** How many of the steps failed that a row of this kind shows on itself. */
export function failedSteps(tree: SpanTree, row: number): number {
  return stepRows(tree, row).reduce((failed, step) => failed + (isFailed(tree, step) ? 1 : 0), 0);
}

interface Noted {
  readonly tree: SpanTree;
  readonly row: number;
  readonly facts: PrimitiveFacts;
}

type Notes = (noted: Noted) => readonly (string | undefined)[];

const branches: Notes = (noted) => {
  const { tree, row } = noted;
  const steps = stepRows(tree, row);
  if (steps.length === 0) return [];
  return [
    countOf(steps.length, 'branch', 'branches'),
    failedWords(tree, row),
    laneWords(tree, row, steps, noted.facts),
  ];
};

const race: Notes = ({ tree, row }) => {
  const winner = winnerRow(tree, row);
  const steps = stepRows(tree, row);
  if (winner !== -1) return [`${rowEdge(tree, winner)?.text ?? 'one'} answered first`];
  return steps.length > 0 && isFailed(tree, row)
    ? [`all ${countOf(steps.length, 'branch', 'branches')} failed`]
    : [];
};

/** The author's own function said so, which needs no word beside what was chosen. */
const PLAIN_REASONS: ReadonlySet<string> = new Set(['condition', 'key', 'select', 'tag']);

const decision: Notes = ({ facts: { choice, reason } }) => {
  if (choice === undefined) return [];
  const isPlain = reason === undefined || reason === choice || PLAIN_REASONS.has(reason);
  return [`→ ${choice}${isPlain ? '' : ` (${plainWords(reason)})`}`];
};

const queued: Notes = ({ facts: { waitedMs = 0 } }) => [
  waitedMs > 0 ? `waited ${formatDuration(waitedMs)}` : undefined,
];

const streamed: Notes = ({ tree, row, facts: { chunks } }) => {
  const { firstChunkMs, startMs } = rowBars(tree, row);
  return [
    chunks === undefined ? undefined : countOf(chunks, 'chunk', 'chunks'),
    firstChunkMs === undefined ? undefined : `first chunk after ${formatDuration(firstChunkMs - startMs)}`,
  ];
};

/** A model that stopped for one of these has not said all. */
const STOPPED_EARLY: ReadonlySet<string> = new Set(['length', 'content_filter']);

const asked: Notes = (noted) => {
  const { spans, inner } = noted.tree;
  const reasons = spans.ai.finishReasons[aiPlaceOf(spans, inner[noted.row] as number)] ?? [];
  const early = reasons
    .filter((reason) => STOPPED_EARLY.has(reason))
    .map((reason) => `stopped: ${plainWords(reason)}`);
  return [...streamed(noted), ...early];
};

const CIRCUIT_STATES: ReadonlyMap<string, string> = new Map([
  ['open', 'open: call refused'],
  ['half_open', 'half open: tried again'],
]);
const CIRCUIT_CHANGES = { open: 'has opened', half_open: 'is tried again', closed: 'has closed' } as const;
const DECISIONS: ReadonlyMap<string, string> = new Map([
  ['continue', 'approved'],
  ['edit', 'approved with changes'],
  ['skip', 'skipped'],
  ['quit', 'refused'],
  ['escalate', 'handed on'],
]);

const SHARES = 'shares the work of another run';

const NOTES: Readonly<Partial<Record<SpanKindName, Notes>>> = {
  retry: ({ tree, row, facts }) => {
    const steps = stepRows(tree, row);
    if (steps.length === 0) return [];
    // Of all of them: the bar shows no more than can be told apart.
    const attempts = steps.map((step) => ({ startMs: rowStartMs(tree, step), endMs: rowEndMs(tree, step) }));
    const waitedMs = gapsBetween(attempts).reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0);
    return [
      countOf(steps.length, 'attempt', 'attempts'),
      steps.length > 1 ? `${formatDuration(waitedMs)} waiting` : undefined,
      gaveUp(tree, row, facts.retryStopped),
    ];
  },
  fallback: ({ tree, row, facts }) => {
    let failed = 0;
    for (const step of stepRows(tree, row)) {
      if (rowStatus(tree, step) === 'success') {
        const by = rowEdge(tree, step)?.text;
        return by === undefined || by === 'primary' ? [] : [`answered by ${by}`];
      }
      if (isFailed(tree, step)) failed += 1;
    }
    if (failed === 0 || !isFailed(tree, row)) return [];
    const stopped =
      facts.fallbackStopped === undefined ? undefined : `gave up: ${plainWords(facts.fallbackStopped)}`;
    return [failed === 1 ? '1 branch failed' : `all ${failed} branches failed`, stopped];
  },
  parallel: branches,
  settle: branches,
  race,
  hedge: ({ tree, row, facts }) => {
    const attempts = facts.hedgeAttempts ?? stepRows(tree, row).length;
    const winner = rowEdge(tree, winnerRow(tree, row))?.key;
    if (attempts < 2) return [facts.hedgeWithheld === undefined ? undefined : 'no attempt beside it: budget'];
    return [
      winner === undefined ? `${attempts} attempts` : `attempt ${winner} of ${attempts} answered first`,
    ];
  },
  timeout: ({ tree, row, facts: { limitMs, overrunMs, isAbandoned } }) => {
    const ownMs = rowEndMs(tree, row) - rowStartMs(tree, row);
    const isPassed = isLimitReached(tree, row);
    if (!isPassed) return [limitMs === undefined ? undefined : `limit ${formatDuration(limitMs)}`];
    return [
      `limit passed at ${formatDuration(limitMs ?? ownMs)}`,
      overrunMs === undefined ? undefined : `ended ${formatDuration(overrunMs)} after it`,
      isAbandoned === true ? 'its work went on' : undefined,
    ];
  },
  circuit_breaker: ({ facts: { circuitState = 'closed', circuitChanges = [] } }) => [
    CIRCUIT_STATES.get(circuitState),
    ...circuitChanges.filter((state) => state !== circuitState).map((state) => CIRCUIT_CHANGES[state]),
  ],
  rate_limit: queued,
  bulkhead: queued,
  cache: ({ facts: { cacheOutcome, cacheAgeMs, sharesRun } }) => [
    cacheOutcome === undefined || cacheAgeMs === undefined || cacheOutcome === 'miss'
      ? cacheOutcome
      : `${cacheOutcome}, ${formatDuration(cacheAgeMs)} old`,
    // Else nobody knows how a miss can have saved anything.
    sharesRun === true ? SHARES : undefined,
  ],
  dedupe: ({ facts: { sharesRun, callers = 0 } }) => [
    sharesRun === true ? SHARES : undefined,
    callers < 2 ? undefined : `for ${callers} callers`,
  ],
  conditional: decision,
  switch: decision,
  match: decision,
  router: decision,
  saga: ({ tree, row, facts }) => {
    const forward = stepRows(tree, row).filter((step) => rowEdge(tree, step)?.kind === 'forward');
    const failed = forward.find((step) => isFailed(tree, step));
    const undone = facts.undone?.length ?? undoneRows(tree, row);
    const notUndone = facts.notUndone?.length ?? 0;
    return [
      failed === undefined
        ? forward.length === 0
          ? undefined
          : countOf(forward.length, 'step', 'steps')
        : `failed at ${rowEdge(tree, failed)?.text}`,
      undone === 0 ? undefined : `${countOf(undone, 'step', 'steps')} undone`,
      notUndone === 0 ? undefined : `${notUndone} could not be undone`,
    ];
  },
  loop: ({ tree, row, facts: { iterations = stepRows(tree, row).length } }) => [
    iterations === 0 ? undefined : countOf(iterations, 'iteration', 'iterations'),
    failedWords(tree, row),
  ],
  foreach: ({ tree, row, facts }) => {
    const steps = stepRows(tree, row);
    const items = facts.items ?? steps.length;
    return [
      items === 0 ? undefined : countOf(items, 'item', 'items'),
      failedWords(tree, row),
      laneWords(tree, row, steps, facts),
    ];
  },
  approval: ({ tree, row, facts: { choice, reason, decidedBy, askedOf, remark, waitedMs = 0 } }) => {
    if (choice === undefined)
      return [rowStatus(tree, row) === 'suspended' ? `waits for ${askedOf ?? 'a person'}` : undefined];
    const by = decidedBy ?? (reason === 'policy' ? 'policy' : undefined);
    return [
      waitedMs > 0 && reason !== 'policy' ? `waited ${formatDuration(waitedMs)}` : undefined,
      `${DECISIONS.get(choice) ?? plainWords(choice)}${by === undefined ? '' : ` by ${by}`}`,
      remark,
    ];
  },
  streaming: streamed,
  inference: asked,
  agent: ({ facts: { agentSteps = 0, toolCalls = 0 } }) => [
    agentSteps === 0 ? undefined : countOf(agentSteps, 'step', 'steps'),
    toolCalls === 0 ? undefined : countOf(toolCalls, 'tool call', 'tool calls'),
  ],
};

function undoneRows(tree: SpanTree, row: number): number {
  const undone = new Set<string>();
  for (const step of stepRows(tree, row)) {
    const edge = rowEdge(tree, step);
    // Each try to undo a step has a row; the last one tells whether it was.
    if (edge?.kind !== 'compensate') continue;
    if (isFailed(tree, step)) undone.delete(edge.key);
    else undone.add(edge.key);
  }
  return undone.size;
}

/** Its attempts are folded into its row: why the last one failed is told here. */
function gaveUp(tree: SpanTree, row: number, stopped: string | undefined): string | undefined {
  if (!isFailed(tree, row)) return undefined;
  const last = stepRows(tree, row).at(-1);
  const why = last === undefined ? undefined : failureNote(tree, last);
  const how =
    stopped === undefined || stopped === 'attempts' ? 'gave up' : `gave up (${plainWords(stopped)})`;
  return why === undefined ? how : `${how}: ${why}`;
}

function failedWords(tree: SpanTree, row: number): string | undefined {
  const failed = failedSteps(tree, row);
  return failed === 0 ? undefined : `${failed} failed`;
}

function plainWords(word: string): string {
  return word.replaceAll('_', ' ');
}

function failureNote(tree: SpanTree, row: number): string | undefined {
  if (!isFailed(tree, row)) return undefined;
  // An error climbs through every span above it: its message is told once, where it arose.
  for (const child of childRows(tree, row)) if (isFailed(tree, child)) return undefined;
  const { statusMessage } = tree.spans;
  return statusMessage[tree.inner[row] as number] ?? statusMessage[tree.outer[row] as number] ?? undefined;
}
