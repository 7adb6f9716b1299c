import {
  isErrorGroupList,
  isHealth,
  isLogList,
  isMetricsSummary,
  isMetricsTimeSeries,
  isPinAnswer,
  isPrimitiveStatsList,
  isProblemDetails,
  isQueryProblemDetails,
  isQueryValueList,
  isRetentionPreview,
  isServiceMap,
  isSessionList,
  isSpanDetail,
  isSpanDetailList,
  isTraceDocument,
  isTraceList,
  isTranscriptList,
  isUsageReport,
} from '@tta/obs-protocol';
import type {
  ErrorGroupList,
  Health,
  LogList,
  MetricsSummary,
  MetricsTimeSeries,
  PinAnswer,
  PrimitiveStatsList,
  QueryValueList,
  RetentionPreview,
  ServiceMap,
  SessionList,
  SpanDetail,
  SpanDetailList,
  TraceDocument,
  TraceList,
  TranscriptList,
  UsageGrouping,
  UsageReport,
} from '@tta/obs-protocol';
import type { CompletionRequest, QueryProblem } from '@tta/obs-protocol/query';

/** The service answered, but not with what was asked for. */
export class ServiceProblem extends Error {
  /** HTTP status; 200 when the answer had a form that this page does not know. */
  readonly status: number;
  /** Of a query that cannot be understood: what is wrong with it, and where. */
  readonly queryProblems: readonly QueryProblem[];

  constructor(status: number, message: string, queryProblems: readonly QueryProblem[] = []) {
    super(message);
    this.name = 'ServiceProblem';
    this.status = status;
    this.queryProblems = queryProblems;
  }
}

export interface PageQuery {
  /** 1–500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

export interface TraceQuery extends PageQuery {
  /** In the query language; all traces without one. */
  readonly query?: string;
}

export interface LogQuery extends PageQuery {
  /** Spans whose records are wanted; without any those of the whole trace. */
  readonly spanIds?: readonly string[];
  /** 1–24; without one those of no severity are among them. */
  readonly minSeverity?: number | undefined;
}

/** A stretch of time, in milliseconds since the Unix epoch, of all services or of one. */
export interface WindowQuery {
  readonly sinceMs: number;
  readonly untilMs?: number;
  readonly service?: string | undefined;
  readonly signal?: AbortSignal;
}

type Guard<T> = (value: unknown) => value is T;
type Parameters = Readonly<Record<string, string | number | undefined>>;

/** Asks the REST interface below `baseUrl`. Rejects with {@link ServiceProblem} or with what `fetch` rejects. */
export class ServiceClient {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  traces({ limit, cursor, query, signal }: TraceQuery): Promise<TraceList> {
    const asked = query === '' ? undefined : query;
    return this.#get(`api/traces?${parametersOf({ limit, cursor, query: asked })}`, isTraceList, signal);
  }

  trace(traceId: string, signal?: AbortSignal): Promise<TraceDocument> {
    return this.#get(tracePath(traceId), isTraceDocument, signal);
  }

  span(traceId: string, spanId: string, signal?: AbortSignal): Promise<SpanDetail> {
    return this.#get(`${tracePath(traceId)}/spans/${encodeURIComponent(spanId)}`, isSpanDetail, signal);
  }

  /** All spans of a trace in full, in the order of their ids. */
  spans(traceId: string, { limit, cursor, signal }: PageQuery): Promise<SpanDetailList> {
    const parameters = parametersOf({ limit, cursor });
    return this.#get(`${tracePath(traceId)}/spans?${parameters}`, isSpanDetailList, signal);
  }

  /** What was said in the spans of AI programs, in order of time. */
  transcript(traceId: string, { limit, cursor, signal }: PageQuery): Promise<TranscriptList> {
    const parameters = parametersOf({ limit, cursor });
    return this.#get(`${tracePath(traceId)}/transcript?${parameters}`, isTranscriptList, signal);
  }

  /** The log records of a trace in order of time. */
  traceLogs(traceId: string, query: LogQuery): Promise<LogList> {
    const { limit, cursor, spanIds = [], minSeverity, signal } = query;
    const parameters = parametersOf({ limit, cursor, minSeverity });
    for (const spanId of spanIds) parameters.append('spanId', spanId);
    return this.#get(`${tracePath(traceId)}/logs?${parameters}`, isLogList, signal);
  }

  /** Keeps a trace from removal by retention, or no longer. */
  pin(traceId: string, isPinned: boolean): Promise<PinAnswer> {
    return this.#change(isPinned ? 'PUT' : 'DELETE', `${tracePath(traceId)}/pin`, undefined, isPinAnswer);
  }

  /** What may stand in a query that is being typed, the most frequent first. */
  known(request: CompletionRequest, limit: number, signal?: AbortSignal): Promise<QueryValueList> {
    const { beginning } = request;
    return request.kind === 'attributes'
      ? this.#get(`api/query/attributes?${parametersOf({ beginning, limit })}`, isQueryValueList, signal)
      : this.#get(
          `api/query/values?${parametersOf({ field: request.field, beginning, limit })}`,
          isQueryValueList,
          signal,
        );
  }

  sessions({ limit, cursor, signal }: PageQuery): Promise<SessionList> {
    return this.#get(`api/sessions?${parametersOf({ limit, cursor })}`, isSessionList, signal);
  }

  /** Failures by their cause, the most frequent first. */
  errors({ signal, ...window }: WindowQuery & Pick<PageQuery, 'limit' | 'cursor'>): Promise<ErrorGroupList> {
    return this.#get(`api/errors?${parametersOf(window)}`, isErrorGroupList, signal);
  }

  serviceMap({ sinceMs, untilMs, signal }: Omit<WindowQuery, 'service'>): Promise<ServiceMap> {
    return this.#get(`api/services/map?${parametersOf({ sinceMs, untilMs })}`, isServiceMap, signal);
  }

  summary({ signal, ...window }: WindowQuery): Promise<MetricsSummary> {
    return this.#get(`api/metrics/summary?${parametersOf(window)}`, isMetricsSummary, signal);
  }

  /** @param points - Steps of the series, 1–500. */
  timeSeries({ signal, ...window }: WindowQuery & { readonly points: number }): Promise<MetricsTimeSeries> {
    return this.#get(`api/metrics/timeseries?${parametersOf(window)}`, isMetricsTimeSeries, signal);
  }

  primitiveStats({ signal, ...window }: WindowQuery): Promise<PrimitiveStatsList> {
    return this.#get(`api/primitives/stats?${parametersOf(window)}`, isPrimitiveStatsList, signal);
  }

  usage({ signal, ...window }: WindowQuery & { readonly by: UsageGrouping }): Promise<UsageReport> {
    return this.#get(`api/llm/usage?${parametersOf(window)}`, isUsageReport, signal);
  }

  health(signal?: AbortSignal): Promise<Health> {
    return this.#get('health', isHealth, signal, [503]);
  }

  /** What retention removes next, without removing it. */
  previewCleanup(): Promise<RetentionPreview> {
    return this.#change('POST', 'api/cleanup', { preview: true }, isRetentionPreview);
  }

  /** Removes what retention removes, now. */
  cleanUp(): Promise<RetentionPreview> {
    return this.#change('POST', 'api/cleanup', {}, isRetentionPreview);
  }

  #get<T>(path: string, isExpected: Guard<T>, signal?: AbortSignal, expected: readonly number[] = []) {
    const request = {
      headers: { accept: 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    };
    return this.#ask(path, request, isExpected, expected);
  }

  #change<T>(method: string, path: string, body: unknown, isExpected: Guard<T>): Promise<T> {
    return this.#ask(
      path,
      {
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      isExpected,
    );
  }

  /** @param expected - Statuses besides 2xx that come with the answer. */
  async #ask<T>(
    path: string,
    request: RequestInit,
    isExpected: Guard<T>,
    expected: readonly number[] = [],
  ): Promise<T> {
    const response = await fetch(new URL(path, this.#baseUrl), request);
    const { status } = response;
    const body: unknown = await response.json().catch((error: unknown) => {
      request.signal?.throwIfAborted();
      throw new ServiceProblem(status, `The service answered ${status} without JSON: ${String(error)}`);
    });
    if (!response.ok && !expected.includes(status)) {
      const said = isProblemDetails(body) ? (body.detail ?? body.title) : 'no reason given';
      const problems = isQueryProblemDetails(body) ? body.problems : [];
      throw new ServiceProblem(status, `The service answered ${status}: ${said}`, problems);
    }
    if (!isExpected(body)) {
      throw new ServiceProblem(
        status,
        'The answer has a form that this page does not know: reload the page.',
      );
    }
    return body;
  }
}

function tracePath(traceId: string): string {
  return `api/traces/${encodeURIComponent(traceId)}`;
}

function parametersOf(values: Parameters): URLSearchParams {
  const told = Object.entries(values).filter(([, value]) => value !== undefined);
  return new URLSearchParams(told.map(([name, value]) => [name, String(value)]));
}
