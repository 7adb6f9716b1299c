import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A running Redis of this machine. */
export interface Redis {
  /** The socket file that it listens on; the same after a restart. */
  readonly path: string;
  /** Ends the server, and with it all that it has: connections are refused. */
  stop(): Promise<void>;
  /** Starts it anew, empty. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const startLimitMs = 20_000;

export async function startRedis(): Promise<Redis> {
  const folder = await mkdtemp(join(tmpdir(), 'obs-redis-'));
  const path = join(folder, 'redis.sock');
  let server: ReturnType<typeof launch> | undefined;
  const stop = async (): Promise<void> => {
    const ending = server;
    server = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill();
    await ended;
  };
  const start = async (): Promise<void> => {
    server = launch(folder, path);
    let failure: Error | undefined;
    server.once('error', (error) => (failure = error));
    const deadline = performance.now() + startLimitMs;
    while (!(await answers(path))) {
      if (failure) throw new Error('redis-server cannot be run', { cause: failure });
      if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
      if (performance.now() > deadline) throw new Error(`Redis is not ready within ${startLimitMs} ms`);
      await delay(10);
    }
  };
  const close = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { path, stop, start, close };
}

function launch(folder: string, path: string) {
  const settings = { port: '0', unixsocket: path, dir: folder, save: '', appendonly: 'no' };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return spawn('redis-server', options, { stdio: 'ignore' });
}

/** Whether a server is there that says PONG. */
async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString() === '+PONG\r\n';
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
