import type { Backlog } from './backlog.ts';
import { createSender } from './create-sender.ts';
import type { DeliveryOptions } from './delivery.ts';
import type { OtlpEndpoint } from './destination.ts';
import { DiskSpool } from './disk-spool.ts';
import { DiskThenMemory } from './disk-then-memory.ts';
import type { QueueSurroundings } from './export-surroundings.ts';
import { MemoryBacklog } from './memory-backlog.ts';
import type { Signal } from './signal.ts';
import { spoolKey } from './spool-key.ts';
import { wholeNumber } from './whole-number.ts';

const defaults = {
  timeoutMs: 10_000,
  spoolBytes: 64 * 2 ** 20,
  memoryBytes: 16 * 2 ** 20,
};

/** What brings one signal to an endpoint, but for the queue that it takes from. */
export type OtlpDelivery = Omit<DeliveryOptions<Uint8Array>, 'take'>;

/**
 * Has batches sent by OTLP, and kept while that does not work.
 *
 * @param onDropped - Told of items of the backlog that are gone, and why.
 * @throws InvalidOptionError for an endpoint that cannot be used.
 */
export function otlpDelivery(
  endpoint: OtlpEndpoint,
  signal: Signal,
  { clock, random, serviceName, ready, onTrouble }: QueueSurroundings,
  onDropped: (count: number, error: Error) => void,
): OtlpDelivery {
  const { name, timeoutMs = defaults.timeoutMs } = endpoint;
  const sender = createSender(endpoint, signal, clock);
  const backlog = (): Backlog => {
    const inMemory = new MemoryBacklog({ limitBytes: defaults.memoryBytes, onDropped });
    const { url, protocol = 'http/protobuf', spool } = endpoint;
    if (!spool) return inMemory;
    const scope = mayNameAccount(endpoint) ? `${serviceName}\n${name}` : '';
    const onDisk = new DiskSpool({
      directory: spool.directory,
      key: spoolKey({ url, protocol, signal, scope }),
      limitBytes: spool.limitBytes ?? defaults.spoolBytes,
      clock,
      random,
      onDropped,
    });
    return new DiskThenMemory(onDisk, inMemory, onDropped);
  };
  return {
    signal,
    sender,
    backlog: backlog(),
    timeoutMs: wholeNumber(name, 'timeoutMs', timeoutMs, 1),
    ready,
    onTrouble,
    clock,
    random,
  };
}

/** Then what one program spools must not be sent by another, in the name of that one's account. */
function mayNameAccount({ url, headers, tls }: OtlpEndpoint): boolean {
  const { search, username, password } = new URL(url);
  return [headers, tls?.cert, search, username, password].some(Boolean);
}
