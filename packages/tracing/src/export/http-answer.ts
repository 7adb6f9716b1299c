import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Endpoint } from './endpoint.ts';
import { messageLine } from './message-line.ts';
import { type AnswerEncoding, largestAnswerBytes, takenOutcome } from './partial-success.ts';
import { retryAfterMs } from './retry-delay.ts';
import { decodeRpcStatus, parseRpcStatus } from './rpc-status.ts';
import type { SendOutcome } from './sender.ts';
import type { Signal } from './signal.ts';

/** Answers after which the same request may succeed later (OTLP specification, "Retryable Response Codes"). */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * What an answer to an OTLP request by HTTP means.
 *
 * @param nowMs - When it came, in milliseconds since the Unix epoch.
 * @param signal - What was sent.
 * @param endpoint - Where it came from.
 * @throws when the connection breaks before the answer is complete.
 */
export async function readHttpAnswer(
  answer: IncomingMessage,
  nowMs: number,
  signal: Signal,
  { url, secrets }: Pick<Endpoint, 'url' | 'secrets'>,
): Promise<SendOutcome> {
  const { statusCode = 0, headers } = answer;
  const body = await readBody(answer);
  const encoding = encodingOf(headers['content-type']);
  if (statusCode >= 200 && statusCode <= 299) return takenOutcome(body, encoding, signal, secrets);
  const error = new Error(messageLine(describe(answer, body, encoding, url), secrets));
  if (!retryable.has(statusCode)) return { kind: 'refused', error };
  return { kind: 'later', error, afterMs: retryAfterMs(headers['retry-after'], headers.date, nowMs) };
}

async function readBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > largestAnswerBytes) return Buffer.alloc(0);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function describe(
  answer: IncomingMessage,
  body: Buffer,
  encoding: AnswerEncoding | undefined,
  url: URL,
): string {
  const { statusCode = 0, statusMessage, headers } = answer;
  const status = `${statusCode} ${statusMessage || (STATUS_CODES[statusCode] ?? '')}`.trim();
  if (statusCode >= 300 && statusCode <= 399 && headers.location !== undefined)
    return `${status}: redirects are not followed; if ${withoutSecrets(headers.location, url)} is right, make it the address`;
  const detail =
    encoding === 'json' ? parseRpcStatus(body.toString('utf8')) : encoding && decodeRpcStatus(body);
  return detail?.message ? `${status}: ${detail.message}` : status;
}

/** Where a redirect leads, without what may authorize the caller there: user, password and query. */
function withoutSecrets(location: string, base: URL): string {
  if (!URL.canParse(location, base.href)) return 'its address';
  const { protocol, host, pathname } = new URL(location, base);
  return `${protocol}//${host}${pathname}`;
}

function encodingOf(contentType: string | undefined): AnswerEncoding | undefined {
  const [type] = (contentType ?? '').split(';');
  if (type?.trim() === 'application/x-protobuf') return 'protobuf';
  return type?.trim() === 'application/json' ? 'json' : undefined;
}
