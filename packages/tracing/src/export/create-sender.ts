import type { Clock } from '@tta/obs-context';
import type { OtlpEndpoint } from './destination.ts';
import { GrpcSender } from './grpc-sender.ts';
import { HttpSender } from './http-sender.ts';
import type { Sender } from './sender.ts';
import type { Signal } from './signal.ts';

/**
 * The sender of a signal for the protocol of its endpoint.
 *
 * @throws InvalidOptionError for an address, a header or a certificate that cannot be used.
 */
export function createSender(endpoint: OtlpEndpoint, signal: Signal, clock: Clock): Sender<Uint8Array> {
  return endpoint.protocol === 'grpc'
    ? new GrpcSender(endpoint, signal, clock)
    : new HttpSender(endpoint, signal, clock);
}
