import type { PrimitiveFacts, SpanColumns } from '@tta/obs-protocol';
import { safeText } from './safe-text.ts';

/** How a primitive came to a child: `attempt_2`, `branch_news`. */
export interface StepEdge {
  readonly name: string;
  /** The span stands for the step alone, and what was done is its child. */
  readonly isStep: boolean;
  /** Its number among the attempts of a retry, from 1. */
  readonly attempt: number | undefined;
  /** How many of its siblings are as it is: attempts of one retry, tries to undo one step. */
  readonly siblings: number;
  /** Its place among those of the same name, from 1. */
  readonly place: number;
  /** It undoes what another step of its saga has done. */
  readonly undoes: boolean;
}

/** `primitive.retry.attempt_2` → `attempt_2`: the edge from a primitive to its child. */
const STEP_SPAN =
  /^primitive\.[^.]+\.((?:step|attempt|fallback|branch|case|route|iteration|item|forward|compensate)_.+|primary|then|else|refresh)$/;
/** The same told by a child, where a set-up leaves spans of steps out. */
const EDGE =
  /^(?:(?:step|attempt|fallback|branch|case|route|iteration|item|forward|compensate)_.+|primary|then|else)$/;
const ATTEMPT = /^attempt_([0-9]+)$/;
const STEP = /^step_[0-9]+$/;

/** The edges of the spans of a trace. */
export class StepEdges {
  readonly #edges = new Map<number, StepEdge>();

  /** @param facts - What primitives tell, by the index of their span. */
  constructor(spans: SpanColumns, facts: ReadonlyMap<number, PrimitiveFacts>) {
    const groups = new Map<
      string,
      { readonly index: number; readonly name: string; readonly isStep: boolean }[]
    >();
    for (const [index, spanName] of spans.name.entries()) {
      const ofStep = STEP_SPAN.exec(spanName)?.[1];
      const name = ofStep ?? ownEdge(facts.get(index));
      if (name === undefined) continue;
      const alike = ATTEMPT.test(name) ? 'attempt' : name;
      const key = `${spans.parentIndex[index]} ${spans.parentSpanId[index] ?? ''} ${alike}`;
      const group = groups.get(key) ?? [];
      group.push({ index, name, isStep: ofStep !== undefined });
      groups.set(key, group);
    }
    for (const group of groups.values()) {
      for (const [position, { index, name, isStep }] of group.entries()) {
        const attempt = ATTEMPT.exec(name)?.[1];
        this.#edges.set(index, {
          name,
          isStep,
          attempt: attempt === undefined ? undefined : Number(attempt),
          siblings: group.length,
          place: position + 1,
          undoes: name.startsWith('compensate_'),
        });
      }
    }
  }

  /** `undefined` for a span that no primitive came to by a step. */
  of(index: number): StepEdge | undefined {
    return this.#edges.get(index);
  }
}

function ownEdge(facts: PrimitiveFacts | undefined): string | undefined {
  return facts?.edge !== undefined && EDGE.test(facts.edge) ? facts.edge : undefined;
}

/** Steps are known by their place; attempts, branches and fallbacks say which one they are. */
export function edgeTitle(edge: StepEdge, label: string): string {
  const { name } = edge;
  if (STEP.test(name)) return label === '' ? name.replace('_', ' ') : label;
  const place = safeText(placeText(edge));
  return label === '' || label === place ? place : `${place} · ${label}`;
}

function placeText({ name, attempt, siblings, place }: StepEdge): string {
  if (attempt !== undefined) return siblings > 1 ? `attempt ${attempt} of ${siblings}` : `attempt ${attempt}`;
  if (/^(fallback|iteration|item)_[0-9]+$/.test(name)) return name.replace('_', ' ');
  const [, word, step] = /^(forward|compensate)_(.+)$/s.exec(name) ?? [];
  if (word === 'forward') return step!;
  if (word === 'compensate') return siblings > 1 ? `undo ${step}, ${place} of ${siblings}` : `undo ${step}`;
  return name.replace(/^(branch|case|route)_/, '');
}
