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
 * Fetches the log records of a stored trace in order of time, page by page.
 *
 * @throws NoServiceError when nothing answers as our service would.
 * @throws CommandError when the service does not know what logs are.
 */
export async function* fetchLogs(url: string, traceId: string): AsyncGenerator<readonly LogRecord[]> {
  const isComplete = yield* logPages(url, `/api/traces/${traceId}/logs?limit=${LOG_PAGE}`);
  // The trace may be gone by now. If it is not, the address is not known.
  if (isComplete || (await get(url, `/api/traces/${traceId}`)) === undefined) return;
  throw new CommandError(
    1,
    `The service at ${url} is of an older version that keeps no logs: stop it, and start this one with "tta-obs start".`,
  );
}

/**
 * Fetches the log records of a trace of which no span is stored, in order of time.
 *
 * @throws NoServiceError when nothing answers as our service would.
 */
export async function fetchLogsWithoutTrace(url: string, traceId: string): Promise<readonly LogRecord[]> {
  const newestFirst: LogRecord[] = [];
  for await (const records of logPages(url, `/api/logs?traceId=${traceId}&limit=${LOG_PAGE}`)) {
    newestFirst.push(...records);
  }
  return newestFirst.reverse();
}

/** @returns False when a page is not there. */
async function* logPages(url: string, first: string): AsyncGenerator<readonly LogRecord[], boolean> {
  for (let path = first; ;) {
    const page = await get(url, path);
    if (page === undefined) return false;
    if (!isLogList(page)) throw new NoServiceError(url);
    yield page.items;
    if (page.nextCursor === null) return true;
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
