import type { Attributes } from '@opentelemetry/api';
import { DrawnTrace } from '../drawing/drawn-trace.ts';
import type { TraceLine, TracePoint, TraceSpan } from '../trace.ts';
import { attributesOf } from './otlp-attributes.ts';
import { timeOf, toTraceLine } from './otlp-lines.ts';
import type { OtlpResource, OtlpScope } from './otlp-messages.ts';
import { PointSeries } from './otlp-points.ts';
import type { OtlpRequest } from './otlp-signal.ts';
import { inOrderOfStart, toTraceSpan } from './otlp-spans.ts';

/** As it was when it was asked for. */
class TraceSoFar extends DrawnTrace {
  readonly spans: readonly TraceSpan[];
  readonly lines: readonly TraceLine[];
  readonly points: readonly TracePoint[];

  constructor(spans: readonly TraceSpan[], lines: readonly TraceLine[], points: readonly TracePoint[]) {
    super();
    this.spans = spans;
    this.lines = lines;
    this.points = points;
  }
}

/** What requests have brought, put together. */
export class ReceivedTrace {
  readonly #spans: TraceSpan[] = [];
  readonly #lines: { readonly time: bigint; readonly line: TraceLine }[] = [];
  readonly #points = new PointSeries();
  readonly #resources = new Map<string, Attributes>();

  add({ signal, message }: OtlpRequest): void {
    if (signal === 'traces') {
      for (const { resource, scopeSpans } of message.resourceSpans) {
        this.#keep(resource);
        for (const span of scopeSpans.flatMap(({ spans }) => spans)) this.#spans.push(toTraceSpan(span));
      }
    } else if (signal === 'logs') {
      for (const { resource, scopeLogs } of message.resourceLogs) {
        this.#keep(resource);
        for (const record of scopeLogs.flatMap(({ logRecords }) => logRecords))
          this.#lines.push({ time: timeOf(record), line: toTraceLine(record) });
      }
    } else {
      for (const { resource, scopeMetrics } of message.resourceMetrics) {
        this.#keep(resource);
        for (const { scope, metrics } of scopeMetrics)
          for (const metric of metrics) this.#points.add(ownerOf(resource, scope), metric);
      }
    }
  }

  /** How much there is of each. */
  get counts(): { readonly spans: number; readonly lines: number; readonly points: number } {
    return { spans: this.#spans.length, lines: this.#lines.length, points: this.#points.size };
  }

  get trace(): DrawnTrace {
    return new TraceSoFar(
      inOrderOfStart(this.#spans),
      this.#lines.toSorted((a, b) => Number(a.time - b.time)).map(({ line }) => line),
      this.#points.points,
    );
  }

  get resources(): readonly Attributes[] {
    return [...this.#resources.values()];
  }

  #keep(resource: OtlpResource | undefined): void {
    if (resource) this.#resources.set(JSON.stringify(resource.attributes), attributesOf(resource.attributes));
  }
}

function ownerOf(resource: OtlpResource | undefined, scope: OtlpScope | undefined): string {
  return JSON.stringify([resource?.attributes, scope?.name, scope?.version, scope?.attributes]);
}
