import { protobufFields } from './protobuf-fields.ts';
import { boundedDelayMs } from './retry-delay.ts';

/** What a destination says about a request that it did not take (`google.rpc.Status`). */
export interface RpcStatus {
  readonly message: string;
  /** When it wants to be asked again (`google.rpc.RetryInfo` in its details), in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

const retryInfo = 'google.rpc.RetryInfo';
/** Of the details; those after them are passed over. */
const mostDetails = 16;

/** @returns `undefined` for bytes that hold no status. */
export function decodeRpcStatus(bytes: Uint8Array): RpcStatus | undefined {
  try {
    let message: Uint8Array | undefined;
    let retryAfterMs: number | undefined;
    let details = 0;
    for (const { number, value } of protobufFields(bytes)) {
      if (typeof value === 'number') continue;
      if (number === 2) message ??= value;
      else if (number === 3 && ++details <= mostDetails) retryAfterMs = delayIn(value) ?? retryAfterMs;
    }
    return { message: text(message), retryAfterMs };
  } catch {
    return undefined;
  }
}

/** The same in JSON, of which HTTP needs the message alone: it has a header for the delay. */
export function parseRpcStatus(json: string): RpcStatus | undefined {
  try {
    const { message } = JSON.parse(json) as { readonly message?: unknown };
    return typeof message === 'string' ? { message, retryAfterMs: undefined } : undefined;
  } catch {
    return undefined;
  }
}

/** `Any { string type_url = 1; bytes value = 2 }` */
function delayIn(detail: Uint8Array): number | undefined {
  return text(bytesOf(detail, 1)).endsWith(`/${retryInfo}`) ? delayOf(bytesOf(detail, 2)) : undefined;
}

/** `RetryInfo { Duration retry_delay = 1 }`, `Duration { int64 seconds = 1; int32 nanos = 2 }`. */
function delayOf(info: Uint8Array = new Uint8Array()): number {
  let ms = 0;
  for (const { number, value } of protobufFields(bytesOf(info, 1) ?? new Uint8Array()))
    if (typeof value === 'number') ms += number === 1 ? value * 1000 : value / 1e6;
  return boundedDelayMs(ms);
}

/** The first field of this number that holds bytes. */
function bytesOf(message: Uint8Array, number: number): Uint8Array | undefined {
  for (const field of protobufFields(message))
    if (field.number === number && typeof field.value !== 'number') return field.value;
  return undefined;
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
