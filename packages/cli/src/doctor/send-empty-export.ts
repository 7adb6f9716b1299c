import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { safeText, truncate } from '../safe-text.ts';
import type { OtlpDestination, OtlpProtocol } from './otlp-destination.ts';
import { withoutUser } from './shown-address.ts';

const LIMIT_MS = 3_000;
const TOLD_LENGTH = 160;

/** What came of an export without records. */
export interface SendResult {
  readonly isAccepted: boolean;
  /** Somebody answered, if only with a refusal. */
  readonly isReached: boolean;
  /** One line without what a terminal would act on. */
  readonly told: string;
}

const SERVICES = { traces: 'trace.v1.Trace', metrics: 'metrics.v1.Metrics', logs: 'logs.v1.Logs' } as const;
/** A frame of gRPC that holds a message without fields. */
const EMPTY_FRAME = Buffer.alloc(5);
/** Field 2 of `google.rpc.Status`, a text. */
const MESSAGE_TAG = 0x12;
/** An export request without fields is a valid one. */
const BODIES = { 'http/protobuf': new Uint8Array(0), 'http/json': '{}' } as const;
const TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;

/** Sends an export that holds nothing, as an SDK would with the same variables. Never throws. */
export async function sendEmptyExport(
  destination: Pick<OtlpDestination, 'signal' | 'headers'> & { readonly url: URL },
  protocol: OtlpProtocol,
): Promise<SendResult> {
  try {
    return await (protocol === 'grpc' ? sendGrpc(destination) : sendHttp(destination, protocol));
  } catch (error) {
    return { isAccepted: false, isReached: false, told: reasonOf(error) };
  }
}

async function sendHttp(
  { url, headers }: Pick<OtlpDestination, 'headers'> & { readonly url: URL },
  protocol: 'http/protobuf' | 'http/json',
): Promise<SendResult> {
  const plain = withoutUser(url);
  const response = await fetch(plain.url, {
    method: 'POST',
    headers: { ...plain.headers, ...headers, 'content-type': TYPES[protocol] },
    body: BODIES[protocol],
    redirect: 'manual',
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const type = response.headers.get('content-type') ?? '';
  const body = Buffer.from(await response.arrayBuffer());
  const isOtlp = /^application\/(x-protobuf|json)\b/i.test(type);
  if (response.status === 200 && (isOtlp || body.length === 0)) {
    return { isAccepted: true, isReached: true, told: 'answered 200' };
  }
  const said = response.status === 200 ? `${type || 'no type'}, which is not OTLP` : messageOf(body, type);
  // Some answers repeat the address, in whose query a key may be.
  const plainSaid = url.search === '' ? said : said.replaceAll(url.search, '?…');
  const told = shown(`answered ${response.status}${said === '' ? '' : `: ${plainSaid}`}`);
  return { isAccepted: false, isReached: true, told };
}

function sendGrpc({
  url,
  signal,
  headers,
}: Pick<OtlpDestination, 'signal' | 'headers'> & { readonly url: URL }): Promise<SendResult> {
  return new Promise((resolve) => {
    const session = connect(url.origin);
    const finish = (result: SendResult) => {
      clearTimeout(timer);
      session.destroy();
      resolve(result);
    };
    const fail = (error: unknown) => finish({ isAccepted: false, isReached: false, told: reasonOf(error) });
    const timer = setTimeout(() => fail(new Error('no answer in time')), LIMIT_MS);
    session.on('error', fail);
    const call = requestOn(session, {
      ...headers,
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: `/opentelemetry.proto.collector.${SERVICES[signal]}Service/Export`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    if (call instanceof Error) return fail(call);
    let status = '';
    let message = '';
    const note = (fields: IncomingHttpHeaders) => {
      status = fields['grpc-status']?.toString() ?? status;
      message = fields['grpc-message']?.toString() ?? message;
    };
    call.on('response', note);
    call.on('trailers', note);
    call.on('error', fail);
    call.on('close', () => {
      const said = message === '' ? '' : `: ${shown(message)}`;
      const told =
        status === '' ? 'ended the call without a status of gRPC' : `answered gRPC status ${status}${said}`;
      finish({ isAccepted: status === '0', isReached: status !== '', told });
    });
    call.resume();
    call.end(EMPTY_FRAME);
  });
}

/** Headers of the user's that HTTP/2 does not allow are thrown at once. */
function requestOn(session: ClientHttp2Session, headers: OutgoingHttpHeaders): ClientHttp2Stream | Error {
  try {
    return session.request(headers);
  } catch (error) {
    return error as Error;
  }
}

/** Why a connection or an answer failed, in one line. `fetch` tells it below its own error, of several addresses in a list. */
export function reasonOf(error: unknown): string {
  const { cause, errors, name, message, code } = error as Partial<AggregateError> & NodeJS.ErrnoException;
  const [further] = errors ?? [cause];
  if (further !== undefined) return reasonOf(further);
  if (name === 'TimeoutError') return 'no answer in time';
  return shown(message || code || 'no answer');
}

/** The message of a `google.rpc.Status`, else the text itself. */
function messageOf(body: Buffer, type: string): string {
  if (type.includes('x-protobuf')) return body.includes(MESSAGE_TAG) ? statusText(body) : '';
  const text = body.toString();
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

/** The length before the text takes one byte for each 7 bits. */
function statusText(body: Buffer): string {
  let at = body.indexOf(MESSAGE_TAG) + 1;
  while ((body[at] ?? 0) >= 0x80) at++;
  return body.toString('utf8', at + 1);
}

function shown(text: string): string {
  return truncate(safeText(text), TOLD_LENGTH);
}
