import type { TraceDocument } from '@tta/obs-protocol';
import type { SpanTranscript } from '@tta/obs-protocol';
import type { CostSums } from '../format/usd.ts';
import type { TranscriptRow } from './transcript-rows.ts';
import { jsonLine, textOfMessage } from './piece-text.ts';

/** What a card of an agent says while it is closed. */
export interface AgentSummary extends CostSums {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Calls of models within it. */
  readonly calls: number;
  /** Rows within it, those of further agents included. */
  readonly rows: number;
  readonly asked: string;
  readonly answered: string;
}

const PREVIEW_LENGTH = 240;

/** Sums up each agent of a trace, by the index of its span. Each token and dollar counts once. */
export function summarizeAgents(
  { spans }: TraceDocument,
  rows: readonly TranscriptRow[],
  items: ReadonlyMap<string, SpanTranscript>,
): ReadonlyMap<number, AgentSummary> {
  const { ai } = spans;
  const sums = new Map<number, Mutable>();
  const outer = new Map<number, number>();
  for (const row of rows) {
    if (row.operation !== 'agent') continue;
    sums.set(row.span, { ...NOTHING, ...previews(items.get(row.key)) });
    outer.set(row.span, row.agent);
  }
  const add = (span: number, change: (sum: Mutable) => void): void => {
    for (
      let agent: number | undefined = span;
      agent !== undefined && agent !== -1;
      agent = outer.get(agent)
    ) {
      const sum = sums.get(agent);
      if (sum !== undefined) change(sum);
    }
  };
  for (const row of rows) {
    add(row.agent, (sum) => (sum.rows += 1));
    if (isModelCall(row)) add(row.agent, (sum) => (sum.calls += 1));
    // What an agent does not say itself, its first and its last turn do.
    const sum = sums.get(row.agent);
    if (sum === undefined || !isModelCall(row)) continue;
    if (sum.asked === '') sum.asked = speechText(row, 'user');
    sum.answeredWithin = speechText(row, 'assistant') || sum.answeredWithin;
  }
  // Of all spans, not of the rows: one that says nothing has no row of its own, and what it used counts all the same.
  const agents = innermostAgents(spans.parentIndex, sums);
  for (const [at, span] of ai.span.entries()) {
    add(agents[span]!, (sum) => {
      if (ai.countsTokens[at] === true) {
        sum.inputTokens += ai.inputTokens[at] ?? 0;
        sum.outputTokens += ai.outputTokens[at] ?? 0;
        if (ai.costSource[at] === 'unpriced') sum.unpricedCount += 1;
      }
      if (ai.countsCost[at] === true) {
        const usd = ai.costUsd[at] ?? 0;
        if (ai.costSource[at] === 'reported') sum.reportedUsd += usd;
        else if (ai.costSource[at] === 'estimated') sum.estimatedUsd += usd;
      }
    });
  }
  for (const sum of sums.values()) {
    sum.asked = withoutMarks(sum.asked);
    sum.answered = withoutMarks(sum.answered === '' ? sum.answeredWithin : sum.answered);
  }
  return sums;
}

/** The agent that each span is or is within; -1 without one. */
function innermostAgents(
  parentIndex: readonly number[],
  isAgent: Pick<ReadonlyMap<number, unknown>, 'has'>,
): Int32Array {
  const UNKNOWN = -2;
  const agents = new Int32Array(parentIndex.length).fill(UNKNOWN);
  for (let start = 0; start < agents.length; start++) {
    const below: number[] = [];
    let span = start;
    for (; span !== -1 && agents[span] === UNKNOWN; span = parentIndex[span]!) {
      // Until it is known: what is its own parent ends here.
      agents[span] = isAgent.has(span) ? span : -1;
      if (agents[span] !== -1) break;
      below.push(span);
    }
    for (const each of below) agents[each] = span === -1 ? -1 : agents[span]!;
  }
  return agents;
}

/** Whether a row is a turn: a call of a model. */
export function isModelCall({ operation }: TranscriptRow): boolean {
  return operation === 'inference' || operation === 'embeddings' || operation === 'rerank';
}

type Mutable = { -readonly [Key in keyof AgentSummary]: AgentSummary[Key] } & { answeredWithin: string };

const NOTHING: Mutable = {
  inputTokens: 0,
  outputTokens: 0,
  calls: 0,
  rows: 0,
  reportedUsd: 0,
  estimatedUsd: 0,
  unpricedCount: 0,
  asked: '',
  answered: '',
  answeredWithin: '',
};

function previews(item: SpanTranscript | undefined): { readonly asked: string; readonly answered: string } {
  if (item === undefined) return { asked: '', answered: '' };
  const { input, output, arguments: given, result } = item.transcript;
  const asked = input.findLast(({ role }) => role === 'user');
  const answered = output.at(-1);
  return {
    asked: asked === undefined ? jsonLine(given, PREVIEW_LENGTH) : textOfMessage(asked, PREVIEW_LENGTH),
    answered:
      answered === undefined ? jsonLine(result, PREVIEW_LENGTH) : textOfMessage(answered, PREVIEW_LENGTH),
  };
}

/** In a line or two the marks of Markdown are only in the way. */
function withoutMarks(text: string): string {
  return text.replaceAll(/`{3}\w*|[`*#]{1,3}/g, '');
}

function speechText(row: TranscriptRow, speaker: string): string {
  const texts = row.speeches
    .filter((speech) => speech.speaker === speaker)
    .flatMap(({ pieces }) => pieces.map((piece) => (piece.type === 'text' ? piece.text : '')));
  return texts.join(' ').replaceAll(/\s+/g, ' ').trim().slice(0, PREVIEW_LENGTH);
}
