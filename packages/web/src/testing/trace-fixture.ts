import type {
  AiSpanColumns,
  ExecutionStatus,
  PrimitiveFacts,
  SpanColumns,
  TraceDocument,
  TraceSummary,
} from '@tta/obs-protocol';

/** A span of a test, its parent named by its position in the list. */
export interface SpanSketch {
  readonly name: string;
  readonly parent?: number;
  /** Parent id of a span whose parent has not arrived. */
  readonly missingParent?: string;
  readonly start?: number;
  readonly duration?: number;
  readonly status?: ExecutionStatus;
  readonly message?: string;
  readonly type?: string;
  readonly label?: string;
  readonly kind?: number;
  readonly facts?: PrimitiveFacts;
  /** What it tells as a span of an AI program; what is left out is not told, and counts. */
  readonly ai?: AiSketch;
}

/** A line of {@link AiSpanColumns}. */
export type AiSketch = {
  readonly [column in Exclude<keyof AiSpanColumns, 'span'>]?: AiSpanColumns[column][number];
};

export function traceSummary(changes: Partial<TraceSummary> = {}): TraceSummary {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    name: 'review',
    serviceName: 'demo',
    status: 'success',
    startTimeMs: 1_000,
    durationMs: 100,
    spanCount: 1,
    errorCount: 0,
    hasRoot: true,
    isPartial: false,
    isPinned: false,
    sessionId: null,
    userId: null,
    usage: null,
    seq: 1,
    ...changes,
  };
}

function spanId(index: number): string {
  return (index + 1).toString(16).padStart(16, '0');
}

export function spanColumns(sketches: readonly SpanSketch[]): SpanColumns {
  return {
    spanId: sketches.map((_, index) => spanId(index)),
    parentIndex: sketches.map((sketch) => sketch.parent ?? -1),
    parentSpanId: sketches.map((sketch) =>
      sketch.parent === undefined ? (sketch.missingParent ?? null) : spanId(sketch.parent),
    ),
    name: sketches.map((sketch) => sketch.name),
    kind: sketches.map((sketch) => sketch.kind ?? 1),
    startMs: sketches.map((sketch) => sketch.start ?? 0),
    durationMs: sketches.map((sketch) => sketch.duration ?? 10),
    status: sketches.map((sketch) => sketch.status ?? 'success'),
    statusMessage: sketches.map((sketch) => sketch.message ?? null),
    primitiveType: sketches.map((sketch) => sketch.type ?? null),
    label: sketches.map((sketch) => sketch.label ?? null),
    service: sketches.map(() => 0),
    ai: aiColumns(sketches),
    primitives: {
      span: sketches.flatMap(({ facts }, index) => (facts === undefined ? [] : [index])),
      facts: sketches.flatMap(({ facts }) => facts ?? []),
    },
  };
}

function aiColumns(sketches: readonly SpanSketch[]): AiSpanColumns {
  const told = sketches.flatMap(({ ai }) => ai ?? []);
  return {
    span: sketches.flatMap(({ ai }, index) => (ai === undefined ? [] : [index])),
    operation: told.map(({ operation }) => operation ?? 'inference'),
    provider: told.map(({ provider }) => provider ?? null),
    model: told.map(({ model }) => model ?? null),
    inputTokens: told.map(({ inputTokens }) => inputTokens ?? null),
    outputTokens: told.map(({ outputTokens }) => outputTokens ?? null),
    cacheReadTokens: told.map(({ cacheReadTokens }) => cacheReadTokens ?? null),
    costUsd: told.map(({ costUsd }) => costUsd ?? null),
    costSource: told.map(({ costSource }) => costSource ?? null),
    priceTable: told.map(({ priceTable }) => priceTable ?? null),
    countsTokens: told.map(({ countsTokens }) => countsTokens ?? true),
    countsCost: told.map(({ countsCost }) => countsCost ?? true),
    timeToFirstChunkMs: told.map(({ timeToFirstChunkMs }) => timeToFirstChunkMs ?? null),
    finishReasons: told.map(({ finishReasons }) => finishReasons ?? []),
    tool: told.map(({ tool }) => tool ?? null),
    agent: told.map(({ agent }) => agent ?? null),
  };
}

export function traceDocument(
  sketches: readonly SpanSketch[],
  summary: Partial<TraceSummary> = {},
): TraceDocument {
  return {
    summary: traceSummary({ spanCount: sketches.length, ...summary }),
    services: ['demo'],
    spans: spanColumns(sketches),
  };
}
