import { type Clock, systemClock } from './clock.ts';
import { type ErrorCategory, isObsError, type Severity } from './obs-error.ts';

/** What an error means for the one who decides what to do next. */
export interface ErrorClass {
  readonly category: ErrorCategory;
  readonly severity: Severity;
  /** Whether trying again later may succeed. */
  readonly recoverable: boolean;
  /** How long the other side asked to wait (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number;
}

const severities: Readonly<Record<ErrorCategory, Severity>> = {
  network: 'medium',
  timeout: 'medium',
  rate_limit: 'medium',
  resource: 'high',
  transient: 'medium',
  validation: 'high',
  auth: 'high',
  cancelled: 'low',
  permanent: 'high',
  unknown: 'medium',
};

const lasting: ReadonlySet<ErrorCategory> = new Set(['validation', 'auth', 'cancelled', 'permanent']);

/** Node's error codes: libuv, DNS, TLS and undici. */
const codes: Readonly<Record<string, ErrorCategory>> = {
  ECONNREFUSED: 'network',
  ECONNRESET: 'network',
  ECONNABORTED: 'network',
  EPIPE: 'network',
  EHOSTUNREACH: 'network',
  ENETUNREACH: 'network',
  ENETDOWN: 'network',
  ENOTFOUND: 'network',
  EAI_AGAIN: 'network',
  UND_ERR_SOCKET: 'network',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ENOMEM: 'resource',
  ENOSPC: 'resource',
  EMFILE: 'resource',
  ENFILE: 'resource',
  EDQUOT: 'resource',
  EBUSY: 'transient',
  EAGAIN: 'transient',
  ENOENT: 'permanent',
  EISDIR: 'permanent',
  ENOTDIR: 'permanent',
  EEXIST: 'permanent',
  EACCES: 'auth',
  EPERM: 'auth',
  ABORT_ERR: 'cancelled',
  ERR_CANCELED: 'cancelled',
  CERT_HAS_EXPIRED: 'permanent',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'permanent',
  SELF_SIGNED_CERT_IN_CHAIN: 'permanent',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'permanent',
  ERR_TLS_CERT_ALTNAME_INVALID: 'permanent',
};

/** Read last, when nothing but the text tells. Word boundaries, so that "1429 rows" is no rate limit. */
const texts: readonly (readonly [RegExp, ErrorCategory])[] = [
  // Some clients of model providers have no name of their own for it.
  [/^request was aborted\.?$/i, 'cancelled'],
  [/\b(rate limit|too many requests|quota exceeded|429)\b/i, 'rate_limit'],
  [/\b(timed? ?out|timeout|deadline exceeded)\b/i, 'timeout'],
  [/\b(unauthori[sz]ed|forbidden|permission denied|invalid api key)\b/i, 'auth'],
  [/\b(out of memory|no space left|disk full)\b/i, 'resource'],
  [/\b(temporar(y|ily)|unavailable|overloaded|bad gateway|502|503|504)\b/i, 'transient'],
  [/\b(connection|network|socket|unreachable|fetch failed)\b/i, 'network'],
];

/** Deep enough for every wrapper seen in practice, and an end to a chain that bites its own tail. */
const deepestCause = 5;

/**
 * Classifies any thrown value: structure first (our own category, abort, HTTP status, error code,
 * `Retry-After`, then those of its causes), text last. Never throws.
 *
 * @param clock - Turns a `Retry-After` that is a date into a wait. @defaultValue the system's clock
 */
export function classifyError(error: unknown, clock: Clock = systemClock): ErrorClass {
  try {
    return classify(error, clock);
  } catch {
    // A getter of a foreign error threw; what cannot be read is unknown.
    return toClass('unknown');
  }
}

function classify(error: unknown, clock: Clock): ErrorClass {
  let retryAfterMs: number | undefined;
  let found: ErrorClass | undefined;
  let current: unknown = error;
  for (let depth = 0; depth < deepestCause && current !== undefined && current !== null; depth++) {
    // Read all the way down: our own wrappers keep the answer that asked to wait as their cause.
    retryAfterMs ??= retryAfter(current, clock);
    found ??= byCategory(current);
    current = typeof current === 'object' ? (current as { cause?: unknown }).cause : undefined;
  }
  found ??= toClass(byText(error) ?? 'unknown');
  return retryAfterMs === undefined ? found : { ...found, retryAfterMs };
}

function byCategory(error: unknown): ErrorClass | undefined {
  if (isObsError(error)) {
    const { category, severity, recoverable } = error;
    return { category, severity, recoverable };
  }
  const category = byStructure(error);
  return category && toClass(category);
}

/** By the message, also of an error of another realm, such as Node's own inside a `vm` context. */
function byText(error: unknown): ErrorCategory | undefined {
  const message =
    typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error;
  if (typeof message !== 'string') return undefined;
  return texts.find(([pattern]) => pattern.test(message))?.[1];
}

function toClass(category: ErrorCategory): ErrorClass {
  return { category, severity: severities[category], recoverable: !lasting.has(category) };
}

function byStructure(error: unknown): ErrorCategory | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, code, status, statusCode, response, cause } = error as Record<string, unknown>;
  // The other one is that of clients of model providers.
  if (name === 'AbortError' || name === 'APIUserAbortError') return 'cancelled';
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'ZodError') return 'validation';
  for (const http of [status, statusCode, (response as { status?: unknown } | null | undefined)?.status]) {
    const category = typeof http === 'number' ? byHttpStatus(http) : undefined;
    if (category !== undefined) return category;
  }
  if (typeof code === 'string' && Object.hasOwn(codes, code)) return codes[code];
  // `fetch` reports a broken connection as a TypeError; what broke it is the cause.
  if (cause !== undefined) return undefined;
  // The language's own: a bug in the program does not go away by waiting.
  if (error instanceof TypeError && !/fetch failed|failed to fetch|network/i.test(error.message))
    return 'permanent';
  if (error instanceof RangeError || error instanceof SyntaxError || error instanceof ReferenceError) {
    return 'permanent';
  }
  return undefined;
}

function byHttpStatus(status: number): ErrorCategory | undefined {
  if (status === 429) return 'rate_limit';
  if (status === 401 || status === 403 || status === 407) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 409 || status === 425) return 'transient';
  if (status === 400 || status === 422) return 'validation';
  if (status === 501 || status === 505) return 'permanent';
  if (status >= 500 && status <= 599) return 'transient';
  if (status >= 400 && status <= 499) return 'permanent';
  return undefined;
}

const digits = /^\d+(\.\d+)?$/;

const longestWaitMs = Number.MAX_SAFE_INTEGER;

/** The wait is an extra: where it cannot be read, or the clock is at fault, the rest still tells what the error is. */
function retryAfter(error: unknown, clock: Clock): number | undefined {
  try {
    const waitMs = readRetryAfter(error, clock);
    // However many digits it has, it is a wait: one without an end must not look like none.
    return waitMs === undefined || Number.isNaN(waitMs) ? undefined : Math.min(waitMs, longestWaitMs);
  } catch {
    return undefined;
  }
}

/**
 * `retryAfterMs`, or the header `retry-after-ms` of model providers, or `Retry-After` in seconds or as an HTTP date (RFC 9110
 * §10.2.3), with or without a response between.
 */
function readRetryAfter(error: unknown, clock: Clock): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { retryAfterMs, headers, responseHeaders, response } = error as {
    retryAfterMs?: unknown;
    headers?: unknown;
    /** As the AI SDK calls them. */
    responseHeaders?: unknown;
    response?: { headers?: unknown } | null;
  };
  if (typeof retryAfterMs === 'number' && retryAfterMs >= 0 && Number.isFinite(retryAfterMs))
    return retryAfterMs;
  const read = (name: string): string | undefined =>
    readHeader(headers, name) ?? readHeader(responseHeaders, name) ?? readHeader(response?.headers, name);
  const exact = read('retry-after-ms');
  if (exact !== undefined && digits.test(exact)) return Number(exact);
  const value = read('retry-after');
  if (value === undefined) return undefined;
  if (digits.test(value)) return Number(value) * 1000;
  // Every form of an HTTP date has a time of day; `Date.parse` alone makes dates of "-5" and "3 minutes".
  if (!/\d\d:\d\d:\d\d/.test(value)) return undefined;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // Against the sender's own clock where it told its time, so that a wrong clock here does no harm.
  const sentAt = Date.parse(read('date') ?? '');
  return Math.max(0, until - (Number.isNaN(sentAt) ? clock.now() : sentAt));
}

function readHeader(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const { get } = headers as { get?: unknown };
  const value: unknown =
    typeof get === 'function'
      ? get.call(headers, name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  // Headers that answer later are of no use here, and what they reject with must not end the process.
  if (value instanceof Promise) value.catch(() => undefined);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' || typeof first === 'number' ? String(first).trim() : undefined;
}
