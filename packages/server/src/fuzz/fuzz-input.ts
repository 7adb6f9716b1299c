import type { SignalName } from '../testing/otlp-protobuf.ts';

export type FuzzEncoding = 'protobuf' | 'json' | 'grpc';

/** A request body, good or not. */
export interface FuzzInput {
  readonly signal: SignalName;
  readonly encoding: FuzzEncoding;
  readonly bytes: Buffer;
}
