import type { TraceDocument } from '@tta/obs-protocol';
import type { ServiceClient } from './service-client.ts';

/**
 * A trace as one JSON document, part by part: `summary` and `services` as REST has them, `spans` with all that was
 * received of each, in the order of their ids, and `logs` when they are asked for. No more than a page is held.
 *
 * @param document - `undefined` when no span of the trace is stored; `summary` is `null` then.
 */
export async function* traceJson(
  client: Pick<ServiceClient, 'spans' | 'logs' | 'logsWithoutTrace'>,
  traceId: string,
  document: TraceDocument | undefined,
  hasLogs: boolean,
): AsyncGenerator<string> {
  const { summary, services } = document ?? { summary: null, services: [] };
  yield `{"summary":${JSON.stringify(summary)},"services":${JSON.stringify(services)},"spans":[`;
  yield* items(document === undefined ? [] : client.spans(traceId));
  yield ']';
  if (hasLogs) {
    yield ',"logs":[';
    yield* items(document === undefined ? [await client.logsWithoutTrace(traceId)] : client.logs(traceId));
    yield ']';
  }
  yield '}\n';
}

async function* items(
  pages: AsyncIterable<readonly object[]> | Iterable<readonly object[]>,
): AsyncGenerator<string> {
  let separator = '\n';
  for await (const page of pages) {
    for (const item of page) {
      yield separator + JSON.stringify(item);
      separator = ',\n';
    }
  }
  yield '\n';
}
