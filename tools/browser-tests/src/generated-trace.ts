import { randomBytes } from 'node:crypto';

const BATCH = 5_000;
const STEPS = ['read', 'parse', 'rank', 'ask model', 'check', 'store'];

/**
 * Sends a trace of `spanCount` spans to the service by OTLP JSON and gives its id: steps in steps,
 * every 97th failed, names and attributes as the primitives write them. With a `traceId` they are late
 * spans of that trace.
 */
export async function sendGeneratedTrace(
  url: string,
  spanCount: number,
  traceId = randomBytes(16).toString('hex'),
): Promise<string> {
  const ids = Array.from({ length: spanCount }, () => randomBytes(8).toString('hex'));
  const startMs = Date.now() - 60_000;
  const totalMs = spanCount * 0.8;
  for (let from = 0; from < spanCount; from += BATCH) {
    const spans = [];
    for (let index = from; index < Math.min(spanCount, from + BATCH); index++) {
      // Three levels: the root, groups of twenty, and their steps.
      const group = 1 + Math.floor((index - 1) / 20) * 20;
      const isGroup = index === group;
      const parent = index === 0 ? undefined : isGroup ? 0 : group;
      const offset = index === 0 ? 0 : index * 0.8;
      const duration = index === 0 ? totalMs : isGroup ? 16 : 0.4 + (index % 7) * 0.1;
      const failed = index > 0 && index % 97 === 0;
      const type = index === 0 ? 'parallel' : isGroup ? 'sequential' : 'lambda';
      const label =
        index === 0 ? 'index documents' : isGroup ? `document ${(group - 1) / 20}` : STEPS[index % 6];
      spans.push({
        traceId,
        spanId: ids[index],
        ...(parent !== undefined && { parentSpanId: ids[parent] }),
        name: `primitive.${type}.execute`,
        kind: 1,
        startTimeUnixNano: nanoseconds(startMs + offset),
        endTimeUnixNano: nanoseconds(startMs + offset + duration),
        attributes: [
          text('primitive.type', type),
          text('primitive.name', label ?? type),
          text('execution.status', failed ? 'error' : 'success'),
          ...(index === 0 ? [text('workflow.name', 'index documents')] : []),
        ],
        status: failed ? { code: 2, message: 'The document has no text.' } : {},
      });
    }
    const response = await fetch(new URL('v1/traces', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [text('service.name', 'indexer')] },
            scopeSpans: [{ scope: { name: 'generated' }, spans }],
          },
        ],
      }),
    });
    if (!response.ok) throw new Error(`The service answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }
  return traceId;
}

function text(key: string, value: string) {
  return { key, value: { stringValue: value } };
}

function nanoseconds(timeMs: number): string {
  return BigInt(Math.round(timeMs * 1000)) * 1000n + '';
}
