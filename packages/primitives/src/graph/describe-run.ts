import { attributeNames as names, refreshTriggerLink, resumedFromLink } from '@tta/obs-context';
import { patternOf } from './edge-pattern.ts';
import type { GraphEdge, GraphNode, PrimitiveGraph } from './graph.ts';
import { Places } from './places.ts';

/** What is read of a span; those of a trace of `@tta/obs-testing` have it. */
export interface RunSpan {
  readonly name: string;
  readonly spanId: string;
  /** `undefined` where a trace begins. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly {
    readonly context: { readonly spanId: string };
    readonly attributes?: Readonly<Record<string, unknown>>;
  }[];
}

/**
 * Tells what runs of a composition have run, by their spans: the part of {@link describe} that was taken, with the same ids
 * and labels. It may also have what `describe` cannot know: a primitive that a function executes by itself is its
 * `inner`.
 *
 * @param spans - Of one run or many, parents before their children. Those of other instrumentation are passed over.
 */
export function describeRun(spans: Iterable<RunSpan>): PrimitiveGraph {
  const run = new RunGraph(spans);
  return { nodes: [...run.nodes.values()], edges: [...run.edges.values()] };
}

class RunGraph {
  /** By what tells one from another: its way, type and name. */
  readonly nodes = new Map<string, GraphNode>();
  readonly edges = new Map<string, GraphEdge>();
  readonly #spans: ReadonlyMap<string, RunSpan>;
  readonly #ids = new Map<RunSpan, string>();
  readonly #places = new Places();

  constructor(spans: Iterable<RunSpan>) {
    this.#spans = new Map([...spans].map((span) => [span.spanId, span]));
    for (const span of this.#spans.values()) if (isExecution(span)) this.#idOf(span);
  }

  #idOf(span: RunSpan): string {
    let id = this.#ids.get(span);
    if (id === undefined) this.#ids.set(span, (id = this.#arriveAt(span)));
    return id;
  }

  /** Takes in how an execution was come to. @returns The id of its node. */
  #arriveAt(span: RunSpan): string {
    const suspended = this.#linked(span, resumedFromLink);
    if (suspended) return this.#idOf(suspended);
    const [from, label] = this.#parentOf(span);
    if (from) {
      const id = this.#idOf(from);
      const to = this.#nodeOf(span, `${id} ${label}`, () => this.#places.below(id, label));
      return this.#go(id, label, to);
    }
    // A refresh of a cache has a trace of its own, and is the look-up's node once more.
    const trigger = this.#linked(span, refreshTriggerLink);
    if (!trigger) return this.#nodeOf(span, '', () => this.#places.root());
    const id = this.#idOf(trigger);
    return this.#go(id, 'refresh', id);
  }

  #go(from: string, label: string, to: string): string {
    this.edges.set(JSON.stringify([from, label, to]), { from, to, label });
    return to;
  }

  #nodeOf({ attributes }: RunSpan, way: string, newId: () => string): string {
    const type = String(attributes[names.primitiveType]);
    const name = String(attributes[names.primitiveName]);
    const key = JSON.stringify([way, type, name]);
    let node = this.nodes.get(key);
    if (!node) this.nodes.set(key, (node = { id: newId(), type, name }));
    return node.id;
  }

  /** The execution that has begun this one, and by which edge: it is on the span of the step or, without one, on its own. */
  #parentOf(span: RunSpan): readonly [parent: RunSpan | undefined, label: string] {
    let edge = span.attributes[names.stepEdge];
    let above = this.#above(span);
    if (above && isStep(above)) {
      edge = edgeOfStep(above);
      above = this.#above(above);
    }
    while (above && !isExecution(above)) above = this.#above(above);
    return [above, patternOf(typeof edge === 'string' ? edge : 'inner')];
  }

  #above({ parentSpanId }: RunSpan): RunSpan | undefined {
    return parentSpanId === undefined ? undefined : this.#spans.get(parentSpanId);
  }

  /** The execution that this one is linked to in that way. */
  #linked({ links }: RunSpan, type: string): RunSpan | undefined {
    const link = links.find(({ attributes }) => attributes?.[names.linkType] === type);
    return link && this.#spans.get(link.context.spanId);
  }
}

function isExecution({ attributes }: RunSpan): boolean {
  return attributes[names.primitiveType] !== undefined;
}

function isStep(span: RunSpan): boolean {
  return !isExecution(span) && span.attributes[names.stepPrimitiveType] !== undefined;
}

/** `attempt_2` of `primitive.retry.attempt_2`; an edge may have dots. */
function edgeOfStep({ name }: RunSpan): string | undefined {
  return /^primitive\.[^.]+\.(.+)$/s.exec(name)?.[1];
}
