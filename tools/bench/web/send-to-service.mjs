import { newTraceId, newSpanTree } from './span-tree.mjs';

const batchSize = 5_000;

/** Sends a tree as the primitives would. @returns the id of its trace. */
export async function sendTree(url, tree, startMs = Date.now() - 60_000) {
  const traceId = newTraceId();
  for (let from = 0; from < tree.length; from += batchSize) {
    await post(
      url,
      tree.slice(from, from + batchSize).map((span) => otlpSpan(traceId, tree, span, startMs)),
    );
  }
  return traceId;
}

/** Sends traces of one span each, a millisecond apart. @returns their ids. */
export async function sendSingles(url, count) {
  const ids = [];
  const startMs = Date.now() - count;
  for (let from = 0; from < count; from += batchSize) {
    const spans = Array.from({ length: Math.min(batchSize, count - from) }, (_, index) => {
      const tree = newSpanTree(1);
      const traceId = newTraceId();
      ids.push(traceId);
      return otlpSpan(traceId, tree, tree[0], startMs + from + index);
    });
    await post(url, spans);
  }
  return ids;
}

async function post(url, spans) {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [text('service.name', 'indexer')] },
          scopeSpans: [{ scope: { name: 'tta.primitives' }, spans }],
        },
      ],
    }),
  });
  if (!response.ok) throw new Error(`the service answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

function otlpSpan(traceId, tree, span, startMs) {
  const begin = startMs + span.offsetMs;
  return {
    traceId,
    spanId: span.id,
    ...(span.parent !== undefined && { parentSpanId: tree[span.parent].id }),
    name: `primitive.${span.type}.execute`,
    kind: 1,
    startTimeUnixNano: nanoseconds(begin),
    endTimeUnixNano: nanoseconds(begin + span.durationMs),
    attributes: [
      text('primitive.type', span.type),
      text('primitive.name', span.label),
      text('execution.status', span.isFailed ? 'error' : 'success'),
    ],
    status: span.isFailed ? { code: 2, message: 'The document has no text.' } : {},
  };
}

const text = (key, stringValue) => ({ key, value: { stringValue } });
const nanoseconds = (ms) => String(BigInt(Math.round(ms * 1000)) * 1000n);
