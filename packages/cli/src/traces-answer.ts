import { safeText } from './safe-text.ts';

/** What the service said to a request of OTLP. */
export interface TracesAnswer {
  /** `taken`: what it did not reject is stored. `busy`: it may be sent again. `refused`: for good. */
  readonly kind: 'taken' | 'busy' | 'refused';
  /** Of what was taken, spans that were left out. */
  readonly rejectedCount: number;
  /** Why, or a warning; empty for none. One line, safe to print. */
  readonly message: string;
  /** When it may be sent again, if the service says so. */
  readonly retryAfterMs: number | undefined;
}

/** Reads the answer of an OTLP endpoint for traces, in JSON (OTLP specification, "OTLP/HTTP Response"). */
export function tracesAnswer({ status, headers }: Response, body: unknown): TracesAnswer {
  const retryAfterMs = secondsOf(headers.get('retry-after'));
  if (status === 200) {
    const partial = member(body, 'partialSuccess');
    const rejectedCount = Number(member(partial, 'rejectedSpans') ?? 0);
    return {
      kind: 'taken',
      rejectedCount: Number.isSafeInteger(rejectedCount) && rejectedCount > 0 ? rejectedCount : 0,
      message: textOf(member(partial, 'errorMessage')),
      retryAfterMs,
    };
  }
  const said = textOf(member(body, 'message')) || textOf(member(body, 'detail'));
  return {
    kind: [429, 502, 503, 504].includes(status) ? 'busy' : 'refused',
    rejectedCount: 0,
    message: said === '' ? `it answered ${status}` : said,
    retryAfterMs,
  };
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? safeText(value) : '';
}

/** The other form of `Retry-After`, a date, is not what OTLP services send. */
function secondsOf(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,5}$/.test(header) ? Number(header) * 1000 : undefined;
}
