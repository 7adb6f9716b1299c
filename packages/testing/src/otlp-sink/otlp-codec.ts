import { fromJson, fromProtobuf } from './message-object.ts';
import { otlpType } from './otlp-schema.ts';
import { type OtlpMessages, type OtlpProtocol, type OtlpSignal, signals } from './otlp-signal.ts';

/** @throws An error that says what is wrong with a body that is no message of the signal. */
export function decodeRequest<S extends OtlpSignal>(
  signal: S,
  protocol: OtlpProtocol,
  body: Buffer,
): OtlpMessages[S] {
  const type = otlpType(signals[signal].request);
  const message: unknown =
    protocol === 'http/json' ? fromJson(type, body.toString('utf8')) : fromProtobuf(type, body);
  return message as OtlpMessages[S];
}

/** `Export…ServiceResponse`; without a partial success where everything is taken. */
export function encodeResponse(
  signal: OtlpSignal,
  protocol: OtlpProtocol,
  partial?: { readonly rejected: number; readonly message?: string | undefined },
): Buffer {
  const { response, rejected } = signals[signal];
  const object =
    partial === undefined
      ? {}
      : { partialSuccess: { [rejected]: String(partial.rejected), errorMessage: partial.message ?? '' } };
  return encode(response, object, protocol);
}

/** `google.rpc.Status`; with `RetryInfo` where it says when to come back. */
export function encodeStatus(
  code: number,
  message: string,
  protocol: OtlpProtocol,
  retryAfterS?: number,
): Buffer {
  if (retryAfterS === undefined) return encode('RpcStatus', { code, message }, protocol);
  const value = encode('RetryInfo', { retryDelay: { seconds: retryAfterS } }, 'grpc');
  const details = [{ typeUrl: 'type.googleapis.com/google.rpc.RetryInfo', value }];
  return encode('RpcStatus', { code, message, details }, 'grpc');
}

function encode(name: string, object: object, protocol: OtlpProtocol): Buffer {
  if (protocol === 'http/json') return Buffer.from(JSON.stringify(object));
  const type = otlpType(name);
  return Buffer.from(type.encode(type.fromObject(object)).finish());
}
