import {
  isHealth,
  isLogList,
  isPinAnswer,
  isProblemDetails,
  isRetentionPreview,
  isSpanDetailList,
  isTraceDocument,
  isTraceList,
  type Health,
  type LogRecord,
  type Page,
  type PinAnswer,
  type RetentionPreview,
  type SpanDetail,
  type TraceDocument,
  type TraceSummary,
} from '@tta/obs-protocol';
import { CommandError } from './command-error.ts';
import { noServiceError } from './no-service-error.ts';
import { OtherVersionError } from './other-version-error.ts';
import { RemovedTraceError } from './removed-trace-error.ts';
import { safeText } from './safe-text.ts';
import {
  isLocked,
  ServiceConnection,
  type ServiceRequest,
  type WebSocketAddress,
} from './service-connection.ts';
import type { ServiceSettings } from './service-settings.ts';
import { isWholeTraceId } from './trace-id.ts';
import { searchTraces } from './trace-search.ts';
import { tracesAnswer, type TracesAnswer } from './traces-answer.ts';

const ANSWER_LIMIT_MS = 5_000;
const PROBE_LIMIT_MS = 1_000;
/** A cleanup answers when everything is removed. */
const CLEANUP_LIMIT_MS = 30 * 60_000;
/** What is sent is answered when it is stored. */
const STORE_LIMIT_MS = 60_000;
/** As many as a page of any list may have. */
const PAGE = 500;

const READ: ServiceRequest = { method: 'GET', limitMs: ANSWER_LIMIT_MS };

/**
 * Asks a running service over REST. Questions throw a NoServiceError when nothing answers as our
 * service would, and an OtherVersionError when one of another version does.
 */
export class ServiceClient {
  readonly #connection: ServiceConnection;

  constructor(settings: Pick<ServiceSettings, 'host' | 'port' | 'token'>) {
    this.#connection = new ServiceConnection(settings);
  }

  /** For example `http://127.0.0.1:8765`. */
  get url(): string {
    return this.#connection.url;
  }

  /**
   * Whether a service of ours is there: its health, `locked` when it wants another token, `undefined` when something
   * else or nothing answers.
   */
  async probe(): Promise<Health | 'locked' | undefined> {
    try {
      const response = await this.#connection.fetch('/health', { method: 'GET', limitMs: PROBE_LIMIT_MS });
      if (isLocked(response)) return 'locked';
      const body: unknown = await response.json();
      return isHealth(body) ? body : undefined;
    } catch {
      return undefined;
    }
  }

  /** Where a WebSocket is, of a service that has answered {@link ServiceClient.probe}: with the token if it wants one. */
  webSocket(path: string): WebSocketAddress {
    return this.#connection.webSocket(path);
  }

  /**
   * A trace by its id, or the newest for `latest`; `undefined` when there is no such trace.
   *
   * @throws NoServiceError when nothing answers as our service would.
   */
  async trace(traceId: string): Promise<TraceDocument | undefined> {
    const id = await this.traceId(traceId);
    return id === undefined ? undefined : this.read(`/api/traces/${id}`, isTraceDocument);
  }

  /** The newest traces by start time, newest first, at most as many as one page has. */
  async newestTraces(limit: number = PAGE): Promise<readonly TraceSummary[]> {
    return (await this.readExisting(`/api/traces?limit=${limit}`, isTraceList)).items;
  }

  /** All traces by start time, newest first, page by page. */
  async *tracePages(): AsyncGenerator<readonly TraceSummary[]> {
    const isThere = yield* this.#pages(`/api/traces?limit=${PAGE}`, isTraceList);
    if (!isThere) throw await this.#unexpectedAnswer();
  }

  /** Whether any span of the trace is stored. */
  async hasTrace(traceId: string): Promise<boolean> {
    return (await this.#ask(`/api/traces/${traceId}/spans?limit=1`, READ)) !== undefined;
  }

  /**
   * The id that `latest` stands for, or the one that begins so; `undefined` when there is none. A whole id stands for
   * itself.
   *
   * @throws CommandError when several begin so.
   */
  async traceId(traceId: string): Promise<string | undefined> {
    if (isWholeTraceId(traceId)) return traceId;
    if (traceId === 'latest') return (await this.newestTraces(1))[0]?.traceId;
    const found: TraceSummary[] = [];
    for await (const { items } of searchTraces(this, { query: `trace:${traceId}*`, limit: 2 }))
      found.push(...items);
    if (found.length < 2) return found[0]?.traceId;
    throw new CommandError(1, `Several traces begin with ${traceId}: give more digits of the id.`);
  }

  /**
   * The spans of a trace with all that was received of them, in the order of their ids, page by page; none when there is
   * no such trace.
   *
   * @throws RemovedTraceError when the trace is removed before its last page.
   */
  async *spans(traceId: string): AsyncGenerator<readonly SpanDetail[]> {
    yield* this.#pages(`/api/traces/${traceId}/spans?limit=${PAGE}`, isSpanDetailList);
  }

  /**
   * The log records of a stored trace in order of time, page by page.
   *
   * @throws NoServiceError when nothing answers as our service would.
   * @throws CommandError when the service does not know what logs are.
   */
  async *logs(traceId: string): AsyncGenerator<readonly LogRecord[]> {
    const isComplete = yield* this.#pages(`/api/traces/${traceId}/logs?limit=${PAGE}`, isLogList);
    // The trace may be gone by now. If it is not, the address is not known.
    if (isComplete || (await this.#ask(`/api/traces/${traceId}`, READ)) === undefined) return;
    throw new CommandError(
      1,
      `The service at ${this.url} is of an older version that keeps no logs: stop it, and start this one with "tta-obs start".`,
    );
  }

  /**
   * The log records of a trace of which no span is stored, in order of time.
   *
   * @throws NoServiceError when nothing answers as our service would.
   */
  async logsWithoutTrace(traceId: string): Promise<readonly LogRecord[]> {
    const newestFirst: LogRecord[] = [];
    for await (const records of this.#pages(`/api/logs?traceId=${traceId}&limit=${PAGE}`, isLogList)) {
      newestFirst.push(...records);
    }
    return newestFirst.reverse();
  }

  /**
   * Reads an answer; `undefined` when there is no such thing, or no such address.
   *
   * @throws NoServiceError when nothing answers as our service would.
   */
  async read<Answer>(
    path: string,
    isAnswer: (value: unknown) => value is Answer,
  ): Promise<Answer | undefined> {
    const answer = await this.#ask(path, READ);
    if (answer === undefined || isAnswer(answer)) return answer;
    throw await this.#unexpectedAnswer();
  }

  /** The same of an address that each service of ours has. */
  async readExisting<Answer>(path: string, isAnswer: (value: unknown) => value is Answer): Promise<Answer> {
    const answer = await this.read(path, isAnswer);
    if (answer === undefined) throw await this.#unexpectedAnswer();
    return answer;
  }

  /** What retention would remove, or has removed. */
  async cleanUp(preview: boolean): Promise<RetentionPreview> {
    const limitMs = preview ? ANSWER_LIMIT_MS : CLEANUP_LIMIT_MS;
    const answer = await this.#ask('/api/cleanup', { method: 'POST', body: { preview }, limitMs });
    if (!isRetentionPreview(answer)) throw await this.#unexpectedAnswer();
    return answer;
  }

  /**
   * Sends traces to be stored.
   *
   * @param request - An OTLP `ExportTraceServiceRequest` in JSON.
   * @throws CommandError when the service does not answer, or wants another token.
   */
  async sendTraces(request: string): Promise<TracesAnswer> {
    const sent: ServiceRequest = { method: 'POST', body: request, limitMs: STORE_LIMIT_MS };
    try {
      const response = await this.#connection.fetch('/v1/traces', sent);
      if (!isLocked(response)) return tracesAnswer(response, await response.json());
    } catch (error) {
      throw await this.#failure(sent, error);
    }
    throw new CommandError(1, this.lockedMessage());
  }

  /** Keeps a trace from retention, or gives it free; `undefined` when there is no such trace. */
  async pin(traceId: string, isPinned: boolean): Promise<PinAnswer | undefined> {
    const method = isPinned ? 'PUT' : 'DELETE';
    const request: ServiceRequest = { method, body: {}, limitMs: ANSWER_LIMIT_MS };
    const answer = await this.#ask(`/api/traces/${traceId}/pin`, request);
    if (answer === undefined || isPinAnswer(answer)) return answer;
    throw await this.#unexpectedAnswer();
  }

  /**
   * All pages of a list.
   *
   * @param first - Address of the first one, with `?limit=`.
   * @returns False when there is no such list.
   * @throws RemovedTraceError when a later page is not there.
   */
  async *#pages<Item>(
    first: string,
    isPage: (value: unknown) => value is Page<Item>,
  ): AsyncGenerator<readonly Item[], boolean> {
    for (let path = first; ;) {
      const page = await this.read(path, isPage);
      if (page === undefined && path !== first) throw new RemovedTraceError();
      if (page === undefined) return false;
      yield page.items;
      if (page.nextCursor === null) return true;
      path = `${first}&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
  }

  /** @returns `undefined` for 404. */
  async #ask(path: string, request: ServiceRequest): Promise<unknown> {
    let response: Response;
    let body: unknown;
    try {
      response = await this.#connection.fetch(path, request);
      body = await response.json();
    } catch (error) {
      throw await this.#failure(request, error);
    }
    if (response.status === 404) return undefined;
    if (isLocked(response)) throw new CommandError(1, this.lockedMessage());
    if (response.status >= 400 && isProblemDetails(body)) {
      const said = safeText(body.detail ?? body.title);
      throw new CommandError(1, `The service at ${this.url} answered ${response.status}: ${said}`);
    }
    return body;
  }

  /** What a user does about a service that answers `locked`. */
  lockedMessage(): string {
    return this.#connection.lockedMessage();
  }

  /** No service of this version answers so. */
  async #unexpectedAnswer(): Promise<CommandError> {
    return (await this.probe()) === undefined ? noServiceError(this.url) : new OtherVersionError(this.url);
  }

  async #failure({ limitMs }: ServiceRequest, error: unknown): Promise<CommandError> {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') return noServiceError(this.url, error);
    return new CommandError(1, `${this.url} did not answer within ${limitMs / 1000} s: try again.`, error);
  }
}
