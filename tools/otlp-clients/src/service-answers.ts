import {
  isLogList,
  isMetricList,
  isMetricPointList,
  isSpanDetail,
  isTraceDocument,
  isTraceList,
  type LogRecord,
  type MetricInstrument,
  type MetricPoint,
  type SpanDetail,
  type TraceDocument,
} from '@tta/obs-protocol';

/** Asks the service, page after page. */
async function* pages(
  url: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): AsyncGenerator<{ readonly nextCursor: string | null }> {
  let cursor: string | null = '';
  while (cursor !== null) {
    const asked = new URLSearchParams({ ...query, limit: '500', ...(cursor !== '' && { cursor }) });
    const page = (await answer(url, `${path}?${asked.toString()}`)) as { readonly nextCursor: string | null };
    yield page;
    cursor = page.nextCursor;
  }
}

async function answer(url: string, path: string): Promise<unknown> {
  const response = await fetch(url + path);
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${JSON.stringify(body)}`);
  return body;
}

/** Every trace of a service with the outlines of its spans. */
export async function tracesOf(url: string, serviceName: string): Promise<TraceDocument[]> {
  const traces: TraceDocument[] = [];
  for await (const page of pages(url, '/api/traces')) {
    if (!isTraceList(page)) throw new Error('not a list of traces');
    for (const { traceId } of page.items.filter((trace) => trace.serviceName === serviceName)) {
      const trace = await answer(url, `/api/traces/${traceId}`);
      if (!isTraceDocument(trace)) throw new Error('not a trace');
      traces.push(trace);
    }
  }
  return traces;
}

/** Every span of the traces of a service, with all that is known of it. */
export async function spansOf(url: string, serviceName: string): Promise<SpanDetail[]> {
  const spans: SpanDetail[] = [];
  for (const { summary, spans: columns } of await tracesOf(url, serviceName)) {
    for (const spanId of columns.spanId) {
      const span = await answer(url, `/api/traces/${summary.traceId}/spans/${spanId}`);
      if (!isSpanDetail(span)) throw new Error('not a span');
      spans.push(span);
    }
  }
  return spans;
}

/** Every log record of a service, oldest first. */
export async function logRecordsOf(url: string, serviceName: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const page of pages(url, '/api/logs')) {
    if (!isLogList(page)) throw new Error('not a list of log records');
    records.push(...page.items.filter((record) => record.serviceName === serviceName));
  }
  return records.reverse();
}

/** Every metric of a service, by name. */
export async function metricsOf(url: string, serviceName: string): Promise<MetricInstrument[]> {
  const metrics: MetricInstrument[] = [];
  for await (const page of pages(url, '/api/metrics')) {
    if (!isMetricList(page)) throw new Error('not a list of metrics');
    metrics.push(...page.items.filter((metric) => metric.serviceName === serviceName));
  }
  return metrics;
}

/** Every data point of all metrics of a service. */
export async function metricPointsOf(url: string, serviceName: string): Promise<MetricPoint[]> {
  const points: MetricPoint[] = [];
  const names = new Set((await metricsOf(url, serviceName)).map(({ name }) => name));
  for (const name of names) {
    for await (const page of pages(url, '/api/metrics/points', { name, service: serviceName })) {
      if (!isMetricPointList(page)) throw new Error('not a list of data points');
      points.push(...page.items);
    }
  }
  return points;
}
