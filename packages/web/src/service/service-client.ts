import { isLogList, isProblemDetails, isSpanDetail, isTraceDocument, isTraceList } from '@tta/obs-protocol';
import type { LogList, SpanDetail, TraceDocument, TraceList } from '@tta/obs-protocol';

/** The service answered, but not with what was asked for. */
export class ServiceProblem extends Error {
  /** HTTP status; 200 when the answer had a form that this page does not know. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ServiceProblem';
    this.status = status;
  }
}

export interface PageQuery {
  /** 1–500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

export interface LogQuery extends PageQuery {
  /** Spans whose records are wanted; without any those of the whole trace. */
  readonly spanIds?: readonly string[];
}

/** Reads from the REST interface below `baseUrl`. Rejects with {@link ServiceProblem} or with what `fetch` rejects. */
export class ServiceClient {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  traces(query: PageQuery): Promise<TraceList> {
    return this.#get(`api/traces?${pageParameters(query)}`, isTraceList, query.signal);
  }

  trace(traceId: string, signal?: AbortSignal): Promise<TraceDocument> {
    return this.#get(`api/traces/${encodeURIComponent(traceId)}`, isTraceDocument, signal);
  }

  span(traceId: string, spanId: string, signal?: AbortSignal): Promise<SpanDetail> {
    const path = `api/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`;
    return this.#get(path, isSpanDetail, signal);
  }

  /** The log records of a trace in order of time. */
  traceLogs(traceId: string, query: LogQuery): Promise<LogList> {
    const parameters = pageParameters(query);
    for (const spanId of query.spanIds ?? []) parameters.append('spanId', spanId);
    const path = `api/traces/${encodeURIComponent(traceId)}/logs?${parameters}`;
    return this.#get(path, isLogList, query.signal);
  }

  async #get<T>(path: string, isExpected: (value: unknown) => value is T, signal?: AbortSignal): Promise<T> {
    const response = await fetch(new URL(path, this.#baseUrl), {
      headers: { accept: 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    });
    const body: unknown = await response.json().catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new ServiceProblem(
        response.status,
        `The service answered ${response.status} without JSON: ${String(error)}`,
      );
    });
    if (!response.ok) {
      const said = isProblemDetails(body) ? (body.detail ?? body.title) : 'no reason given';
      throw new ServiceProblem(response.status, `The service answered ${response.status}: ${said}`);
    }
    if (!isExpected(body)) {
      throw new ServiceProblem(
        response.status,
        'The answer has a form that this page does not know: reload the page.',
      );
    }
    return body;
  }
}

function pageParameters({ limit, cursor }: PageQuery): URLSearchParams {
  const parameters = new URLSearchParams({ limit: String(limit) });
  if (cursor !== undefined) parameters.set('cursor', cursor);
  return parameters;
}
