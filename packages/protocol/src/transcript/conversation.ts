import type { AiTranscript } from '../ai-span.ts';
import type { AiSpanColumns, SpanColumns, SpanTranscript } from '../trace.ts';
import { isContainer } from './container.ts';
import { ToldMessages } from './told-messages.ts';
import { SILENT, saysAnything, turnOf, type Turn } from './turn.ts';

/** What the order of a conversation follows from. */
export type ConversationSpans = Pick<SpanColumns, 'spanId' | 'parentIndex'> & {
  readonly ai: Pick<AiSpanColumns, 'span' | 'operation' | 'tool'>;
};

/** A span of a transcript, in the order in which it is read. */
export interface Utterance {
  /** Index of the span. */
  readonly span: number;
  /** Index among the spans of AI programs. */
  readonly at: number;
  /** How many agents it is within. */
  readonly depth: number;
  /** Index of the span of the innermost of them; -1 without any. */
  readonly agent: number;
  readonly turn: Turn;
}

/** Puts what was said in a trace into order: each agent with all that is within it, and nothing twice. */
export class Conversation {
  readonly #spans: ConversationSpans;
  readonly #parents: Int32Array;
  readonly #spanIndex: ReadonlyMap<string, number>;
  /** Places in the columns of AI spans, by index of the span. */
  readonly #places: ReadonlyMap<number, number>;
  readonly #told = new Map<number, ToldMessages>();
  readonly #turns = new Map<number, Turn>();
  readonly #containers: { readonly span: number; readonly transcript: SpanTranscript['transcript'] }[] = [];
  /** Spans within which something was said. */
  readonly #outer = new Set<number>();

  constructor(spans: ConversationSpans) {
    this.#spans = spans;
    this.#parents = withoutCycles(spans.parentIndex);
    this.#spanIndex = new Map(spans.spanId.map((id, index) => [id, index]));
    this.#places = new Map(spans.ai.span.map((span, at) => [span, at]));
  }

  /** Takes what was said in the next span, in order of time. */
  add({ spanId, transcript }: Pick<SpanTranscript, 'spanId' | 'transcript'>): void {
    const span = this.#spanIndex.get(spanId);
    const at = span === undefined ? undefined : this.#places.get(span);
    // It came after the trace was read.
    if (span === undefined || at === undefined) return;
    const operation = this.#spans.ai.operation[at]!;
    // Whether a container says anything of its own is known when all that is within it is.
    if (isContainer(operation)) this.#containers.push({ span, transcript });
    else this.#take(span, turnOf(operation, this.#spans.ai.tool[at] ?? '', transcript, this.#toldIn(span)));
  }

  /** Nothing of what was said was captured. */
  get isSilent(): boolean {
    return this.utterances().every(({ turn }) => !saysAnything(turn));
  }

  /** All of it. */
  utterances(): readonly Utterance[] {
    for (const { span, transcript } of this.#containers.splice(0).toReversed()) {
      const told = this.#toldIn(span);
      if (!this.#outer.has(span)) {
        const operation = this.#spans.ai.operation[this.#places.get(span)!]!;
        this.#take(span, turnOf(operation, '', transcript, told));
      } else if (this.#isAgent(span)) {
        told.enclose(this.#introduce(span, transcript));
      }
    }
    return this.#inOrder();
  }

  /** What an agent was told and asked stands before what is within it, unless that says it itself. */
  #introduce(agent: number, { input, systemInstructions }: AiTranscript): ToldMessages {
    const within = this.#told.get(agent) ?? new ToldMessages();
    this.#take(agent, {
      ...SILENT,
      systemInstructions: within.isInstructed ? [] : systemInstructions,
      input: within.neverTold(input),
    });
    return within;
  }

  #take(span: number, turn: Turn): void {
    this.#turns.set(span, turn);
    if (!saysAnything(turn)) return;
    for (
      let outer = this.#parents[span]!;
      outer !== -1 && !this.#outer.has(outer);
      outer = this.#parents[outer]!
    ) {
      this.#outer.add(outer);
    }
  }

  /** Each agent has a conversation of its own. */
  #toldIn(span: number): ToldMessages {
    let outer = this.#parents[span]!;
    while (outer !== -1 && !this.#isAgent(outer)) outer = this.#parents[outer]!;
    const told = this.#told.get(outer) ?? new ToldMessages();
    this.#told.set(outer, told);
    return told;
  }

  /** Parents before children, children in order of time; without recursion. */
  #inOrder(): readonly Utterance[] {
    const children = new Map<number, number[]>();
    for (const [index, parent] of this.#parents.entries()) {
      const siblings = children.get(parent) ?? [];
      siblings.push(index);
      children.set(parent, siblings);
    }
    const utterances: Utterance[] = [];
    const pending = (children.get(-1) ?? []).toReversed().map((span) => ({ span, depth: 0, agent: -1 }));
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { span, depth, agent } = next;
      const at = this.#places.get(span);
      const turn = this.#turns.get(span);
      const isShown = at !== undefined && (this.#isAgent(span) || this.#says(at, turn));
      if (isShown) utterances.push({ span, at, depth, agent, turn: turn ?? SILENT });
      const isAgent = this.#isAgent(span);
      const below = { depth: isAgent ? depth + 1 : depth, agent: isAgent ? span : agent };
      for (const child of (children.get(span) ?? []).toReversed()) pending.push({ span: child, ...below });
    }
    return utterances;
  }

  #isAgent(span: number): boolean {
    const at = this.#places.get(span);
    return at !== undefined && this.#spans.ai.operation[at] === 'agent';
  }

  /** Calls of models and tools are told also where nothing was captured of what they said. */
  #says(at: number, turn: Turn | undefined): boolean {
    const operation = this.#spans.ai.operation[at]!;
    return !isContainer(operation) || (turn !== undefined && saysAnything(turn));
  }
}

/** The parents, but of spans that are within themselves the one from which that is seen first has none. */
function withoutCycles(parentIndex: readonly number[]): Int32Array {
  const parents = Int32Array.from(parentIndex);
  /** The span from which the walk up began that came by, counted from 1. */
  const seenFrom = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    for (let span = start; span !== -1 && seenFrom[span] === 0; span = parents[span]!) {
      seenFrom[span] = start + 1;
      const outer = parents[span]!;
      if (outer !== -1 && seenFrom[outer] === start + 1) parents[span] = -1;
    }
  }
  return parents;
}
