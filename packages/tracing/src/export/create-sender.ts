import type { Clock } from '@tta/obs-context';
import type { OtlpDestination } from './destination.ts';
import { GrpcSender } from './grpc-sender.ts';
import { HttpSender } from './http-sender.ts';
import type { Sender } from './sender.ts';

/**
 * The sender for a destination's protocol.
 *
 * @throws InvalidOptionError for an address, a header or a certificate that cannot be used.
 */
export function createSender(destination: OtlpDestination, clock: Clock): Sender<Uint8Array> {
  return destination.protocol === 'grpc'
    ? new GrpcSender(destination, clock)
    : new HttpSender(destination, clock);
}
