import { CommandError } from './command-error.ts';
import { safeText } from './safe-text.ts';
import {
  isHealth,
  isLogList,
  isProblemDetails,
  isTraceDocument,
  isTraceList,
  type Health,
  type LogRecord,
  type TraceDocument,
} from '@tta/obs-protocol';

const ANSWER_LIMIT_MS = 5_000;
const PROBE_LIMIT_MS = 1_000;
const LOG_PAGE = 500;

/** No service of ours answers at the address. */
class NoServiceError extends CommandError {
  constructor(url: string, cause?: unknown) {
    super(
      1,
      `No TTA service answers at ${url}: start it with "tta-obs start", or name its port with --port.`,
      {
        cause,
      },
    );
    this.name = 'NoServiceError';
  }
}

/** The health of the TTA service at `url`, or `undefined` when something else or nothing answers there. */
export async function probeService(url: string): Promise<Health | undefined> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    const body: unknown = await response.json();
    return isHealth(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Fetches a trace by its id, or the newest for `latest`.
 *
 * @returns `undefined` when there is no such trace.
 * @throws NoServiceError when nothing answers as our service would.
 */
export async function fetchTrace(url: string, traceId: string): Promise<TraceDocument | undefined> {
  let id = traceId;
  if (traceId === 'latest') {
    const list = await get(url, '/api/traces?limit=1');
    if (!isTraceList(list)) throw new NoServiceError(url);
    const [newest] = list.items;
    if (newest === undefined) return undefined;
    id = newest.traceId;
  }
  const document = await get(url, `/api/traces/${id}`);
  if (document === undefined) return undefined;
  if (!isTraceDocument(document)) throw new NoServiceError(url);
  return document;
}

/**
 * Fetches the log records of a trace in order of time, page by page.
 *
 * @throws NoServiceError when nothing answers as our service would.
 */
export async function* fetchLogs(url: string, traceId: string): AsyncGenerator<readonly LogRecord[]> {
  const first = `/api/traces/${traceId}/logs?limit=${LOG_PAGE}`;
  for (let path = first; ;) {
    const page = await get(url, path);
    // The trace may be gone by now.
    if (page === undefined) return;
    if (!isLogList(page)) throw new NoServiceError(url);
    yield page.items;
    if (page.nextCursor === null) return;
    path = `${first}&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

async function get(url: string, path: string): Promise<unknown> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    body = await response.json();
  } catch (error) {
    throw new NoServiceError(url, error);
  }
  if (response.status === 404) return undefined;
  if (response.status >= 400 && isProblemDetails(body)) {
    const said = safeText(body.detail ?? body.title);
    throw new CommandError(1, `The service at ${url} answered ${response.status}: ${said}`);
  }
  return body;
}
