import type {
  AiMessage,
  AiOperation,
  AiPart,
  AiSpan,
  AttributeJson,
  ExecutionStatus,
  SpanTranscript,
  TraceDocument,
} from '@tta/obs-protocol';
import { Conversation } from '@tta/obs-protocol/transcript';
import type { Utterance } from '@tta/obs-protocol/transcript';
import { ToolCalls } from './tool-calls.ts';
import type { ExecutedTool, ToolUse } from './tool-calls.ts';

/** What stands in a row, each to be read, copied and found by itself. */
export type Piece =
  | { readonly type: 'text' | 'reasoning'; readonly key: string; readonly text: string }
  | { readonly type: 'tool'; readonly key: string; readonly use: ToolUse }
  | { readonly type: 'value'; readonly key: string; readonly label: string; readonly value: AttributeJson }
  | { readonly type: 'attachment'; readonly key: string; readonly part: Attachment };

export type Attachment = Extract<AiPart, { readonly type: 'blob' | 'uri' | 'file' }>;

/** What one speaker says at a time. */
export interface Speech {
  readonly key: string;
  /** `system`, `user`, `assistant`, `tool`; of what is no conversation `given` and `returned`. */
  readonly speaker: string;
  readonly name: string | null;
  readonly pieces: readonly Piece[];
  /** As it came, to be shown as JSON. */
  readonly source: AttributeJson;
}

/** A call of a model, a tool, an agent or what else is told in a transcript. */
export interface TranscriptRow {
  /** The id of its span. */
  readonly key: string;
  /** Index of the span, and among those of AI programs. */
  readonly span: number;
  readonly at: number;
  readonly depth: number;
  /** Index of the span of the agent that it is within; -1 without one. */
  readonly agent: number;
  readonly operation: AiOperation;
  /** The model, tool or agent; else what the span is called. */
  readonly title: string;
  /** A name of the program's own for it. */
  readonly purpose: string | null;
  readonly status: ExecutionStatus;
  readonly message: string | null;
  readonly durationMs: number;
  /** Messages of its input that stand above. */
  readonly earlierCount: number;
  readonly speeches: readonly Speech[];
  readonly isCut: boolean;
  /** Whether tools that it calls are told in it or right below. */
  readonly callsTools: boolean;
  /** Whether its tokens and cost count in the sums of the trace, itself or by a span that it stands for. */
  readonly isCounted: boolean;
  /** `undefined` until it has arrived. */
  readonly ai: AiSpan | undefined;
}

/** All that was said in a trace as it is read: in order, nothing twice, each tool with the call of it. */
export interface Transcript {
  readonly rows: readonly TranscriptRow[];
  /** No message was captured; what tools were given may have been. */
  readonly isSilent: boolean;
}

export function readTranscript({ spans }: TraceDocument, items: readonly SpanTranscript[]): Transcript {
  const conversation = new Conversation(spans);
  const told = new Map<string, SpanTranscript>();
  for (const item of items) {
    conversation.add(item);
    told.set(item.spanId, item);
  }
  const calls = new ToolCalls();
  const rows: TranscriptRow[] = [];
  /** Positions of the rows of calls of models, by the index of their span. */
  const shownCalls = new Map<number, number>();
  for (const utterance of conversation.utterances()) {
    const { span, at, depth, agent, turn } = utterance;
    const spanId = spans.spanId[span]!;
    const item = told.get(spanId);
    const operation = spans.ai.operation[at]!;
    const outcome = {
      span,
      status: spans.status[span]!,
      message: spans.statusMessage[span] ?? null,
      durationMs: spans.durationMs[span]!,
    };
    const tool = operation === 'tool' && {
      id: item?.ai.toolCallId ?? null,
      name: spans.ai.tool[at] ?? spans.name[span]!,
      given: item?.transcript.arguments ?? null,
      result: turn.result,
      spanId,
      ...outcome,
    };
    if (tool !== false && calls.execute(agent, tool)) continue;
    // An SDK within an SDK tells one call twice: the one that says nothing is not shown.
    const outer = operation === 'inference' ? callAround(spans, span, shownCalls) : undefined;
    const speeches = tool === false ? speechesOf(utterance, calls) : [toolSpeech(tool)];
    if (outer !== undefined && speeches.length === 0 && outcome.status === 'success') {
      rows[outer] = { ...rows[outer]!, isCounted: true };
      continue;
    }
    if (operation === 'inference') shownCalls.set(span, rows.length);
    const before = rows.at(-1);
    if (tool !== false && before?.agent === agent) rows[rows.length - 1] = { ...before, callsTools: true };
    rows.push({
      key: spanId,
      at,
      depth,
      agent,
      operation,
      ...nameOf(utterance, spans),
      ...outcome,
      earlierCount: turn.earlierCount,
      speeches,
      isCut: turn.isCut,
      callsTools: speeches.some(({ pieces }) => pieces.some(({ type }) => type === 'tool')),
      isCounted: spans.ai.countsTokens[at]! && (spans.ai.countsCost[at]! || spans.ai.costUsd[at] === null),
      ai: item?.ai,
    });
  }
  const isSilent = rows.every(({ operation, speeches }) => operation === 'tool' || speeches.length === 0);
  return { rows, isSilent };
}

/** The row of the call of a model that a span is directly within. */
function callAround(
  { parentIndex }: TraceDocument['spans'],
  span: number,
  shownCalls: ReadonlyMap<number, number>,
): number | undefined {
  const parent = parentIndex[span]!;
  return shownCalls.get(parent) ?? (parent === -1 ? undefined : shownCalls.get(parentIndex[parent]!));
}

/** A tool whose call by a model is not told. */
function toolSpeech({ id, name, given, result, ...execution }: ExecutedTool): Speech {
  const use: ToolUse = { id, name, given, result: result ?? undefined, execution };
  const source = { name, arguments: given, result };
  return { key: 't', speaker: 'tool', name: null, pieces: [{ type: 'tool', key: 't.0', use }], source };
}

function nameOf({ span, at }: Utterance, { ai, label, name }: TraceDocument['spans']) {
  const operation = ai.operation[at]!;
  const told = operation === 'tool' ? ai.tool[at] : operation === 'agent' ? ai.agent[at] : ai.model[at];
  const title = told ?? label[span] ?? name[span]!;
  const own = label[span] ?? null;
  return { title, purpose: own === title ? null : own };
}

function speechesOf({ agent, turn }: Utterance, calls: ToolCalls): readonly Speech[] {
  const speeches: Speech[] = [];
  const say = (key: string, speaker: string, message: Pick<AiMessage, 'name' | 'parts'>, source: unknown) => {
    const pieces = message.parts.flatMap(
      (part, index) => pieceOf(part, `${key}.${index}`, agent, calls) ?? [],
    );
    if (pieces.length > 0)
      speeches.push({ key, speaker, name: message.name, pieces, source: source as AttributeJson });
  };
  const { systemInstructions: parts, input, output } = turn;
  if (parts.length > 0) say('s', 'system', { name: null, parts }, parts);
  for (const [index, message] of input.entries()) say(`i${index}`, message.role, message, message);
  for (const [index, message] of output.entries()) say(`o${index}`, message.role, message, message);
  const value = (key: string, speaker: string, told: AttributeJson): void => {
    if (told === null) return;
    const pieces = [{ type: 'value' as const, key: `${key}.0`, label: speaker, value: told }];
    speeches.push({ key, speaker, name: null, pieces, source: told });
  };
  value('g', 'given', turn.arguments);
  value('r', 'returned', turn.result);
  return speeches;
}

function pieceOf(part: AiPart, key: string, agent: number, calls: ToolCalls): Piece | undefined {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text.trim() === '' ? undefined : { type: part.type, key, text: part.text };
    case 'tool_call':
      return { type: 'tool', key, use: calls.call(agent, part) };
    case 'tool_response':
      return calls.respond(agent, part)
        ? undefined
        : {
            type: 'value',
            key,
            label: part.id === null ? 'result' : `result of ${part.id}`,
            value: part.response,
          };
    case 'blob':
    case 'uri':
    case 'file':
      return { type: 'attachment', key, part };
    case 'unknown':
      return { type: 'value', key, label: 'part', value: part.value };
  }
}
