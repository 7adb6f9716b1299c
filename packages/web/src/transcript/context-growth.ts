import type { TraceDocument } from '@tta/obs-protocol';
import { isModelCall } from './agent-summary.ts';
import type { TranscriptRow } from './transcript-rows.ts';

/** The context of a call of a model, in tokens. */
export interface ContextStep {
  readonly row: TranscriptRow;
  readonly tokens: number;
  /** More than in the call before it in the same conversation; negative after a compaction. `undefined` for the first. */
  readonly added: number | undefined;
}

/** How the context of each conversation grows, by the key of the row. */
export function contextSteps(
  { spans }: TraceDocument,
  rows: readonly TranscriptRow[],
): ReadonlyMap<string, ContextStep> {
  const steps = new Map<string, ContextStep>();
  /** Of each agent and model its last call: a small model beside a large one has a conversation of its own. */
  const last = new Map<string, number>();
  for (const row of rows) {
    const tokens = spans.ai.inputTokens[row.at] ?? null;
    if (row.operation !== 'inference' || tokens === null) continue;
    const conversation = `${row.agent} ${spans.ai.model[row.at] ?? ''}`;
    const before = last.get(conversation);
    // What was captured tells whether a conversation goes on; without it the agent does.
    const goesOn = row.earlierCount > 0 || row.agent !== -1;
    const added = before === undefined || !goesOn ? undefined : tokens - before;
    steps.set(row.key, { row, tokens, added });
    last.set(conversation, tokens);
  }
  return steps;
}

/** The steps of the conversation that has the most of them, in order: the one that a chart is of. */
export function longestConversation(steps: Iterable<ContextStep>): readonly ContextStep[] {
  const conversations = new Map<number, ContextStep[]>();
  for (const step of steps) {
    const own = conversations.get(step.row.agent) ?? [];
    own.push(step);
    conversations.set(step.row.agent, own);
  }
  let longest: readonly ContextStep[] = [];
  for (const own of conversations.values()) if (own.length > longest.length) longest = own;
  return longest;
}

/** A growth in a sentence, for who does not see the chart. */
export function growthText(steps: readonly ContextStep[]): string {
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return '';
  const most = steps.reduce((one, step) => ((step.added ?? 0) > (one.added ?? 0) ? step : one));
  const by =
    most.added === undefined ? '' : `; turn ${steps.indexOf(most) + 1} added the most, ${most.added} tokens`;
  return `Context of ${steps.length} turns: from ${first.tokens} to ${last.tokens} tokens${by}.`;
}

export interface TranscriptTotals {
  readonly turns: number;
  readonly tools: number;
  readonly failedTools: number;
  readonly models: readonly string[];
}

/** What stands at the top of a transcript, beside tokens and costs, which the trace has. */
export function totalsOf({ spans }: TraceDocument, rows: readonly TranscriptRow[]): TranscriptTotals {
  const { ai } = spans;
  const tools = [...ai.span.keys()].filter((at) => ai.operation[at] === 'tool');
  const failed = tools.filter((at) => {
    const status = spans.status[ai.span[at]!];
    return status === 'error' || status === 'timeout';
  });
  const models = new Set<string>();
  const turns = rows.filter(isModelCall);
  for (const { at } of turns) if (ai.model[at] !== null) models.add(ai.model[at]!);
  return { turns: turns.length, tools: tools.length, failedTools: failed.length, models: [...models] };
}
