import { setTimeout as wait } from 'node:timers/promises';
import { CommandError } from '../command-error.ts';
import { isOfService } from '../doctor/reachable-service.ts';
import { ownPath } from '../own-path.ts';
import { safeText } from '../safe-text.ts';
import { noServiceError } from '../no-service-error.ts';
import { ServiceClient } from '../service-client.ts';
import { readServiceFile } from '../service-file.ts';
import { serviceSettings } from '../service-settings.ts';
import type { Surroundings } from '../surroundings.ts';
import type { StopFlags } from './stop.ts';

const POLL_MS = 50;
/** What waits is stored before a service ends. */
const STOP_LIMIT_MS = 30_000;

/** `tta-obs stop`: ends a service of this machine as Ctrl-C does. */
export async function stopCommand(flags: StopFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const settings = serviceSettings(flags, surroundings);
  const client = new ServiceClient(settings);
  const health = await client.probe();
  if (health === undefined) throw await noServiceError(client.url);
  // One with a token of its own does not tell its database: it is looked for where it would be by default.
  const databasePath = health === 'locked' ? ownPath(settings.databasePath) : health.databasePath;
  const running = readServiceFile(databasePath);
  // What is beside a database may be of another service than the one that was named.
  if (running === undefined || !isOfService(running, new URL(client.url)) || !isAlive(running.pid)) {
    if (health === 'locked') {
      throw new CommandError(1, `${client.lockedMessage()} Or name its database with --db-path.`);
    }
    throw new CommandError(
      1,
      `The service at ${client.url} was not started by "tta-obs start" on this machine, or keeps another database ` +
        `than ${safeText(databasePath)}: stop the program that runs it.`,
    );
  }
  signal(running.pid);
  const deadline = performance.now() + STOP_LIMIT_MS;
  while (isAlive(running.pid)) {
    if (performance.now() > deadline) {
      throw new CommandError(
        1,
        `Process ${running.pid} has not ended within ${STOP_LIMIT_MS / 1000} s: it may still be storing what it was sent.`,
      );
    }
    await wait(POLL_MS);
  }
  if ((await client.probe()) !== undefined) {
    throw new CommandError(
      1,
      `Process ${running.pid} has ended, but a service still answers at ${client.url}: stop the program that runs it.`,
    );
  }
  terminal.out(`Stopped the service at ${client.url} (process ${running.pid}).\n`);
  return 0;
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    throw new CommandError(
      1,
      `Process ${pid} cannot be stopped (${(error as NodeJS.ErrnoException).code}).`,
      error,
    );
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
