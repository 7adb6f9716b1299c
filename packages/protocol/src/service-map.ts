/** A service, or something that services call and that sends no spans of its own. */
export interface ServiceNode {
  /** Of an edge's `from` and `to`. */
  readonly id: string;
  readonly name: string;
  /** `model`: a provider of models; `database`, `queue`, `remote`: what a client span says of its other end. */
  readonly kind: 'service' | 'model' | 'database' | 'queue' | 'remote';
  /** Spans of it, or calls that went to it. */
  readonly calls: number;
  readonly errors: number;
}

/** Calls from one to the other. */
export interface ServiceEdge {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/**
 * `GET /api/services/map?sinceMs=&untilMs=`: who called whom in the traces that are stored and began from `sinceMs` to
 * `untilMs` (milliseconds since the Unix epoch; by default the last hour). The newest traces are looked at, as many as a
 * prompt answer allows.
 */
export interface ServiceMap {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
  /** Traces that were looked at. */
  readonly traceCount: number;
  /** Whether these are all of the window. */
  readonly isComplete: boolean;
}
