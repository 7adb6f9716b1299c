import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ServiceLogger } from '../logger.ts';
import type { SparseLog } from './sparse-log.ts';

export interface ListeningPortOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly onConnection: (socket: Socket) => void;
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
}

export interface ListeningPort {
  readonly port: number;
  /** Takes no more connections; those that are open go on. Resolves when the last of them has ended. */
  close(): Promise<void>;
}

/**
 * Listens on a port of a host. `localhost` means all addresses that it stands for, as far as they can be had.
 *
 * @throws The error of the system when the port is taken or may not be had, or the host is unknown.
 */
export async function listenOn(options: ListeningPortOptions): Promise<ListeningPort> {
  const { host } = options;
  const addresses =
    host === 'localhost' ? (await lookup(host, { all: true })).map(({ address }) => address) : [host];
  const first = await listen(options, addresses[0]!, options.port);
  const { port } = first.address() as AddressInfo;
  const others = await Promise.allSettled(
    addresses.slice(1).map((address) => listen(options, address, port)),
  );
  const servers = [first, ...others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []))];
  return {
    port,
    close: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function listen(
  { onConnection, logger, sparseLog }: ListeningPortOptions,
  address: string,
  port: number,
): Promise<Server> {
  // A client that has said all may end its half and still wait for the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
  server.listen({ host: address, port });
  await once(server, 'listening');
  server.on('error', (error) => {
    const line = `Port ${port} could not take a connection`;
    sparseLog.say('accept', line, (text) => logger.error(text, error));
  });
  return server;
}
