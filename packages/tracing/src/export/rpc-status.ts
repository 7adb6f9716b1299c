import { protobufFields } from './protobuf-fields.ts';
import { boundedDelayMs } from './retry-delay.ts';

/** What a destination says about a request that it did not take (`google.rpc.Status`). */
export interface RpcStatus {
  readonly message: string;
  /** When it wants to be asked again (`google.rpc.RetryInfo` in its details), in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

const retryInfo = 'google.rpc.RetryInfo';

/** @returns `undefined` for bytes that hold no status. */
export function decodeRpcStatus(bytes: Uint8Array): RpcStatus | undefined {
  try {
    const [message] = fieldBytes(bytes, 2);
    let delayMs: number | undefined;
    for (const detail of fieldBytes(bytes, 3)) {
      const [typeUrl] = fieldBytes(detail, 1);
      if (text(typeUrl).endsWith(`/${retryInfo}`)) delayMs = delayOf(fieldBytes(detail, 2)[0]);
    }
    return { message: text(message), retryAfterMs: delayMs };
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

/** `RetryInfo { Duration retry_delay = 1 }`, `Duration { int64 seconds = 1; int32 nanos = 2 }`. */
function delayOf(info: Uint8Array = new Uint8Array()): number {
  let ms = 0;
  for (const duration of fieldBytes(info, 1))
    for (const { number, value } of protobufFields(duration))
      if (typeof value === 'number') ms += number === 1 ? value * 1000 : value / 1e6;
  return boundedDelayMs(ms);
}

function fieldBytes(message: Uint8Array, number: number): Uint8Array[] {
  return [...protobufFields(message)].flatMap((field) =>
    field.number === number && typeof field.value !== 'number' ? [field.value] : [],
  );
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
