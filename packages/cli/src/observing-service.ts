import type { TraceDocument, TraceSummary } from '@tta/obs-protocol';
import { announceService } from './announcement.ts';
import { CommandError } from './command-error.ts';
import type { ServiceFlags } from './commands/shared-flags.ts';
import { LeftTraces } from './left-traces.ts';
import { OtherVersionError } from './other-version-error.ts';
import { ownPath } from './own-path.ts';
import { ServiceClient } from './service-client.ts';
import type { ServiceSettings } from './service-settings.ts';
import { startService } from './service-start.ts';
import { stopSignal } from './stop-signal.ts';
import { style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

/** A program may end before another process has sent the root of its trace. */
const ROOT_LIMIT_MS = 2_000;
/** Flags that say where the service is, and nothing of what it does. */
const OF_CLIENTS: ReadonlySet<string> = new Set(['port', 'host', 'token', 'config', 'exit', 'dbPath']);

/** What the service of a program needs of ours. */
export type ObservingSurroundings = Pick<Surroundings, 'terminal' | 'pageDir' | 'onSignal' | 'exitNow'>;

/** The service that a program reports to. */
export interface ObservingService {
  readonly url: string;
  readonly token: string | undefined;
  /** It goes on when this program has ended, and so does its page. */
  readonly outlivesUs: boolean;
  /** Traces that have changed since, `count` of them, the last of which are remembered; when the program has ended they are complete as far as they ever will be. */
  leftTraces(
    hasEnded: boolean,
  ): Promise<{ readonly count: number; newest(limit: number): readonly TraceSummary[] }>;
  trace(traceId: string): Promise<TraceDocument | undefined>;
  /** Lets the user look at what there is until Ctrl-C. */
  stay(): Promise<void>;
  close(): Promise<void>;
}

/** The one that runs already, where it keeps the database that is meant; else one of our own. */
export async function observingService(
  settings: ServiceSettings,
  flags: ServiceFlags,
  surroundings: ObservingSurroundings,
): Promise<ObservingService> {
  const { terminal } = surroundings;
  const client = new ServiceClient(settings);
  const health = settings.port === 0 ? undefined : await client.probe();
  if (health === 'locked') throw new CommandError(1, client.lockedMessage());
  const isMeant = !settings.isDatabaseNamed || health?.databasePath === ownPath(settings.databasePath);
  if (health === undefined || !isMeant) return ownService(settings, surroundings);
  terminal.out(`${style(terminal.hasColour).dim(`Reports to the service at ${client.url}.`)}\n\n`);
  const ignored = Object.keys(flags).find((name) => !OF_CLIENTS.has(name));
  if (ignored !== undefined) {
    terminal.err(
      `tta-obs: The service at ${client.url} runs already: its own settings hold, not the flags given here.\n`,
    );
  }
  return runningService(client, settings.token);
}

async function ownService(
  settings: ServiceSettings,
  surroundings: ObservingSurroundings,
): Promise<ObservingService> {
  const { terminal } = surroundings;
  const server = await startService(settings, surroundings);
  const left = new LeftTraces(server);
  announceService(server, settings, surroundings);
  terminal.out('\n');
  return {
    url: server.url,
    token: server.token,
    outlivesUs: false,
    leftTraces: async (hasEnded) => {
      if (hasEnded) await left.complete(ROOT_LIMIT_MS);
      left.stop();
      return left;
    },
    trace: (traceId) => server.store.trace(traceId),
    stay: async () => {
      const stopped = stopSignal(surroundings);
      terminal.out(style(terminal.hasColour).dim(`The service stays up at ${server.url} until Ctrl-C.\n`));
      await stopped;
    },
    close: () => server.close(),
  };
}

/**
 * What it has stored when the program has ended is all that is told: it goes on. One of another version takes what the
 * program sends, and cannot tell it.
 */
async function runningService(client: ServiceClient, token: string | undefined): Promise<ObservingService> {
  const before = await newestSeq(client).catch((error: unknown) => {
    if (error instanceof OtherVersionError) return error;
    throw error;
  });
  return {
    url: client.url,
    token,
    outlivesUs: true,
    leftTraces: async () => {
      if (before instanceof OtherVersionError) throw before;
      const traces = (await client.newestTraces()).filter(({ seq }) => seq > before);
      return { count: traces.length, newest: (limit) => traces.slice(0, limit).toReversed() };
    },
    trace: (traceId) => client.trace(traceId),
    stay: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

async function newestSeq(client: ServiceClient): Promise<number> {
  return Math.max(0, ...(await client.newestTraces()).map(({ seq }) => seq));
}
