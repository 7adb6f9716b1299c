import type { AttributesJson } from '@tta/obs-protocol';
import type { SpanBatch } from '../otlp/span-batch.ts';

/** A span as a batch holds it, with its resource and scope. */
export interface DecodedSpan {
  readonly resource: AttributesJson;
  readonly serviceName: string;
  readonly scope: { readonly name: string; readonly version: string; readonly attributes: AttributesJson };
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly status: string;
  readonly statusCode: number;
  readonly statusMessage: string | null;
  readonly primitiveType: string | null;
  readonly label: string | null;
  readonly runName: string | null;
  readonly flags: number;
  readonly traceState: string | null;
  readonly dropped: string | null;
  readonly attributes: AttributesJson;
  readonly events: readonly unknown[];
  readonly links: readonly unknown[];
  /** The texts by which it is found, one a line. */
  readonly searchText: string;
}

/** Reads a batch back, span by span. */
export function decodedSpans(batch: SpanBatch): readonly DecodedSpan[] {
  const documents = Buffer.from(batch.documents);
  const searchTexts = Buffer.from(batch.searchTexts);
  const text = (code: number): string | null => (code === -1 ? null : batch.strings[code]!);
  const parsed = (begin: number, end: number): unknown =>
    begin === end ? [] : JSON.parse(documents.toString('utf8', begin, end));
  // Read once: they may be large, and the spans many.
  const resources = batch.resources.map(({ attributes }) => JSON.parse(attributes) as AttributesJson);
  const scopes = batch.scopes.map(({ attributes }) => JSON.parse(attributes) as AttributesJson);
  return Array.from({ length: batch.count }, (_, index) => {
    const begin = batch.documentEnds[index * 3 - 1] ?? 0;
    const [attributesEnd, eventsEnd, linksEnd] = batch.documentEnds.slice(index * 3, index * 3 + 3);
    const resource = batch.resource[index]!;
    const scope = batch.scope[index]!;
    return {
      resource: resources[resource]!,
      serviceName: batch.resources[resource]!.serviceName,
      scope: { ...batch.scopes[scope]!, attributes: scopes[scope]! },
      traceId: text(batch.traceId[index]!)!,
      spanId: text(batch.spanId[index]!)!,
      parentSpanId: text(batch.parentSpanId[index]!),
      name: text(batch.name[index]!)!,
      kind: batch.kind[index]!,
      startTimeUnixNano: batch.startNs[index]!,
      endTimeUnixNano: batch.endNs[index]!,
      status: text(batch.status[index]!)!,
      statusCode: batch.statusCode[index]!,
      statusMessage: text(batch.statusMessage[index]!),
      primitiveType: text(batch.primitiveType[index]!),
      label: text(batch.label[index]!),
      runName: text(batch.runName[index]!),
      flags: batch.flags[index]!,
      traceState: text(batch.traceState[index]!),
      dropped: text(batch.dropped[index]!),
      attributes: parsed(begin, attributesEnd!) as AttributesJson,
      events: parsed(attributesEnd!, eventsEnd!) as unknown[],
      links: parsed(eventsEnd!, linksEnd!) as unknown[],
      searchText: searchTexts.toString('utf8', batch.searchEnds[index - 1] ?? 0, batch.searchEnds[index]),
    };
  });
}
