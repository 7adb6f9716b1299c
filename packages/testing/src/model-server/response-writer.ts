import type { ServerResponse } from 'node:http';
import { systemClock } from '@tta/obs-context';
import type { StreamEvent } from './wire-format.ts';

/** How an answer goes out. */
export interface Delivery {
  /** Of the whole, or streamed, of each chunk. */
  readonly delayMs: number;
  /** `undefined`: the connection stays whole. */
  readonly breakAfter: number | undefined;
  /** Aborts when nobody is there any more to take it. */
  readonly gone: AbortSignal;
}

/** How an answer left: `cancelled` where nobody was there any more to take it. */
export type Sent = 'answered' | 'broken' | 'cancelled';

export async function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  { delayMs, breakAfter, gone }: Delivery,
): Promise<Sent> {
  await pause(delayMs, gone);
  if (gone.aborted) return 'cancelled';
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  if (breakAfter === undefined) {
    response.end(bytes);
    return 'answered';
  }
  await write(response, bytes.subarray(0, bytes.length / 2), gone);
  response.destroy();
  return 'broken';
}

/** Server-sent events, each when its time has come and those before it have left. */
export async function sendEvents(
  response: ServerResponse,
  events: Iterable<StreamEvent>,
  { delayMs, breakAfter, gone }: Delivery,
): Promise<Sent> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();
  let chunks = 0;
  for (const { event, data, isChunk } of events) {
    if (chunks === breakAfter) {
      response.destroy();
      return 'broken';
    }
    if (isChunk) await pause(delayMs, gone);
    if (gone.aborted) return 'cancelled';
    await write(response, eventText(event, data), gone);
    if (isChunk) chunks++;
  }
  response.end();
  return 'answered';
}

function eventText(event: string | undefined, data: unknown): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return event === undefined ? `data: ${text}\n\n` : `event: ${event}\ndata: ${text}\n\n`;
}

/** Settles when it has left the process, or never will. */
function write(response: ServerResponse, part: string | Uint8Array, gone: AbortSignal): Promise<void> {
  return untilGone(gone, (settle) => {
    response.write(part, settle);
  });
}

/** Waits on the machine's clock. */
function pause(ms: number, gone: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return untilGone(gone, (settle) => systemClock.timer(ms, settle));
}

function untilGone(gone: AbortSignal, begin: (settle: () => void) => (() => void) | void): Promise<void> {
  if (gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = (): void => {
      stop?.();
      gone.removeEventListener('abort', settle);
      resolve();
    };
    gone.addEventListener('abort', settle);
    const stop = begin(settle);
  });
}
