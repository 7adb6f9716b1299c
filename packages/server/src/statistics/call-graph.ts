import type { ServiceEdge, ServiceNode } from '@tta/obs-protocol';
import { DurationHistogram } from './duration-histogram.ts';

/** What calls, or is called. */
export interface CallEnd {
  readonly kind: ServiceNode['kind'];
  readonly name: string;
}

export interface Call {
  readonly durationMs: number;
  readonly isFailed: boolean;
}

class Counts {
  calls = 0;
  errors = 0;

  add({ isFailed }: Pick<Call, 'isFailed'>): void {
    this.calls++;
    if (isFailed) this.errors++;
  }
}

class Edge extends Counts {
  readonly from: string;
  readonly to: string;
  readonly durations = new DurationHistogram();

  constructor(from: string, to: string) {
    super();
    this.from = from;
    this.to = to;
  }

  override add(call: Call): void {
    super.add(call);
    this.durations.add(call.durationMs);
  }
}

/** Adds up who called whom. */
export class CallGraph {
  /** By id. */
  readonly #nodes = new Map<string, { readonly end: CallEnd; readonly counts: Counts }>();
  readonly #edges = new Map<string, Edge>();

  /** A span of a service. */
  addSpan(serviceName: string, call: Pick<Call, 'isFailed'>): void {
    this.#node({ kind: 'service', name: serviceName }).add(call);
  }

  /** Of a service its own spans are counted, of all else the calls that go to it. */
  addCall(from: CallEnd, to: CallEnd, call: Call): void {
    this.#node(from);
    const counts = this.#node(to);
    if (to.kind !== 'service') counts.add(call);
    const key = JSON.stringify([idOf(from), idOf(to)]);
    const edge = this.#edges.get(key) ?? new Edge(idOf(from), idOf(to));
    this.#edges.set(key, edge);
    edge.add(call);
  }

  /** Those with the most calls first. */
  nodes(): readonly ServiceNode[] {
    const nodes = Array.from(this.#nodes, ([id, { end, counts }]) => ({
      id,
      name: end.name,
      kind: end.kind,
      calls: counts.calls,
      errors: counts.errors,
    }));
    return nodes.sort((one, other) => other.calls - one.calls || compare(one.id, other.id));
  }

  /** Those with the most calls first. */
  edges(): readonly ServiceEdge[] {
    const edges = Array.from(this.#edges.values(), ({ from, to, calls, errors, durations }) => ({
      from,
      to,
      calls,
      errors,
      p50Ms: durations.percentile(0.5)!,
      p95Ms: durations.percentile(0.95)!,
    }));
    return edges.sort(
      (one, other) => other.calls - one.calls || compare(one.from, other.from) || compare(one.to, other.to),
    );
  }

  #node(end: CallEnd): Counts {
    const id = idOf(end);
    let node = this.#nodes.get(id);
    if (node === undefined) this.#nodes.set(id, (node = { end, counts: new Counts() }));
    return node.counts;
  }
}

function idOf({ kind, name }: CallEnd): string {
  return `${kind}:${name}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
