import { connect } from 'node:net';
import { safeText, truncate } from '../safe-text.ts';

const LIMIT_MS = 1_000;
const TOLD_LENGTH = 80;

/** What is found on a port. */
export interface PortOwner {
  /** Something takes connections there. */
  readonly isTaken: boolean;
  /** One line without what a terminal would act on. */
  readonly told: string;
}

/** Host and port of a service, as sockets want them. */
export function addressOf(url: string): { readonly hostname: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** Connects to a port, and asks what listens there by HTTP. Never throws. */
export async function portOwner(host: string, port: number): Promise<PortOwner> {
  const failure = await connectionFailure(host, port);
  if (failure !== undefined) return { isTaken: false, told: failure };
  const told = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(LIMIT_MS),
  }).then(
    async (response) => {
      await response.body?.cancel();
      const server = response.headers.get('server') ?? response.headers.get('x-powered-by');
      return `answers HTTP with ${response.status}${server === null ? '' : ` (${shown(server)})`}`;
    },
    () => 'takes connections, and does not answer HTTP',
  );
  return { isTaken: true, told };
}

function connectionFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: LIMIT_MS });
    const finish = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.on('connect', () => finish(undefined));
    socket.on('timeout', () => finish(`no answer within ${LIMIT_MS / 1000} s`));
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) =>
      finish(code === 'ECONNREFUSED' ? 'nothing listens there' : shown(message || (code ?? 'no connection'))),
    );
  });
}

function shown(text: string): string {
  return truncate(safeText(text), TOLD_LENGTH);
}
