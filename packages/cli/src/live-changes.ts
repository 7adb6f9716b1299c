import { on } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLiveMessage, type LiveChange, type LiveMessage } from '@tta/obs-protocol';
import { WebSocket } from 'ws';
import { CommandError } from './command-error.ts';
import { noServiceError } from './no-service-error.ts';
import type { ServiceClient } from './service-client.ts';
import type { WebSocketAddress } from './service-connection.ts';

const OPEN_LIMIT_MS = 5_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4_000;
/** Messages that wait to be taken; beyond that the service waits, or lets us come again. */
const WAITING_MESSAGES = 100;

export interface LiveChangesOptions {
  readonly client: ServiceClient;
  /** Of which traces changes are told; of all without one. */
  readonly query: string;
  readonly signal: AbortSignal;
  /** Called when a connection is made: at first, and when the service is back. */
  readonly onConnected: () => void;
  /** Called when the service has gone; what changes meanwhile is told when it is back. */
  readonly onGone: () => void;
}

/**
 * What changes in the running service from now on, until the signal.
 *
 * @throws NoServiceError when nothing answers as our service would, the first time.
 * @throws CommandError when the service wants another token.
 */
export async function* liveChanges(options: LiveChangesOptions): AsyncGenerator<LiveChange> {
  const { client, signal } = options;
  let after: number | undefined;
  let retryMs = FIRST_RETRY_MS;
  let isGone = false;
  while (!signal.aborted) {
    const health = await client.probe();
    if (health === 'locked') throw new CommandError(1, client.lockedMessage());
    if (health === undefined && after === undefined) throw await noServiceError(client.url);
    if (health !== undefined) {
      for await (const message of messagesOf(client.webSocket(pathOf(options.query, after)), options)) {
        retryMs = FIRST_RETRY_MS;
        if (message.type !== 'hello') {
          after = message.seq;
          yield message;
        } else {
          // With another database the service begins anew.
          after = after !== undefined && after > message.seq ? 0 : (after ?? message.seq);
          isGone = false;
          options.onConnected();
        }
      }
    }
    if (signal.aborted) return;
    if (!isGone) options.onGone();
    isGone = true;
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  }
}

function pathOf(query: string, after: number | undefined): string {
  const parameters = new URLSearchParams({ query, ...(after !== undefined && { after: String(after) }) });
  return `/ws/traces?${parameters.toString()}`;
}

/** Until the connection ends, for whatever reason. */
async function* messagesOf(
  { url, headers }: WebSocketAddress,
  { client, signal }: LiveChangesOptions,
): AsyncGenerator<LiveMessage> {
  const socket = new WebSocket(url, {
    headers,
    handshakeTimeout: OPEN_LIMIT_MS,
    perMessageDeflate: false,
    followRedirects: false,
  });
  let refusal: number | undefined;
  socket.on('unexpected-response', (_, { statusCode = 0 }) => {
    refusal = statusCode;
    socket.terminate();
  });
  socket.on('error', () => undefined);
  try {
    const messages = on(socket, 'message', { signal, close: ['close'], highWaterMark: WAITING_MESSAGES });
    for await (const [data] of messages as AsyncIterable<[Buffer]>) {
      const message = messageOf(data);
      if (message !== undefined) yield message;
    }
  } catch {
    // The connection broke, or was not made: the same as its end.
  } finally {
    socket.terminate();
  }
  if (refusal !== undefined && refusal < 500) {
    throw new CommandError(
      1,
      `The service at ${client.url} does not tell what changes: it answered ${refusal}. Is it of an older version?`,
    );
  }
}

function messageOf(data: Buffer): LiveMessage | undefined {
  try {
    const message: unknown = JSON.parse(data.toString('utf8'));
    return isLiveMessage(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
