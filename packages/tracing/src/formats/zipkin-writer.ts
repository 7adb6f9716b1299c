import { spanRemainder, remainderKey } from './span-remainder.ts';
import type { TraceSpan } from './trace-span.ts';
import { fromZipkinSpan, resourceKeysKey, toZipkinSpan, zipkinResourceKeys } from './zipkin-span.ts';

/**
 * Writes Zipkin's JSON (API v2: what `POST /api/v2/spans` and the upload of its UI take), by OpenTelemetry's rules
 * for Zipkin. Zipkin has microseconds, text alone and neither links nor a resource: what is lost goes along in
 * the tags `tta.otlp` and `tta.resource_keys`, so that {@link readZipkin} reads back what was written. One span
 * at a time is held in memory.
 */
export async function* writeZipkin(spans: AsyncIterable<TraceSpan>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const span of spans) {
    yield separator + writeSpan(span);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

function writeSpan(span: TraceSpan): string {
  const written = toZipkinSpan(span);
  const keys = zipkinResourceKeys(span.resource);
  const remainder = spanRemainder(span, fromZipkinSpan({ ...written }, new Set(keys)));
  return JSON.stringify({
    ...written,
    tags: {
      ...written.tags,
      ...(keys.length > 0 && { [resourceKeysKey]: JSON.stringify(keys) }),
      ...(remainder !== null && { [remainderKey]: remainder }),
    },
  });
}
