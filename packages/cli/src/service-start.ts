import { isServiceError, startServer, type RunningServer, type ServiceLogger } from '@tta/obs-server';
import { CommandError } from './command-error.ts';
import { safeText } from './safe-text.ts';
import { ServiceClient } from './service-client.ts';
import { removeServiceFile } from './service-file.ts';
import type { ServiceSettings } from './service-settings.ts';
import type { Surroundings, Terminal } from './surroundings.ts';

/**
 * Starts the service with the page, its log on stderr.
 *
 * @throws CommandError when it cannot start.
 */
export async function startService(
  settings: ServiceSettings,
  surroundings: Pick<Surroundings, 'terminal' | 'pageDir'>,
): Promise<RunningServer> {
  const { pageDir, terminal } = surroundings;
  const logger = terminalLogger(terminal);
  const { isDatabaseNamed: _isDatabaseNamed, ...options } = settings;
  const otlpPorts = [...new Set(settings.otlpPorts)].filter((port) => port !== settings.port);
  try {
    const server = await startServer({
      ...options,
      otlpPorts,
      logger,
      ...(pageDir !== undefined && { pageDir }),
    });
    // Of a process that was killed; another may have its number now.
    removeServiceFile(server.databasePath);
    return server;
  } catch (error) {
    if (!isServiceError(error)) throw error;
    throw new CommandError(1, await explain(error.code, error.message, settings), error);
  }
}

/** What the service has to say goes to stderr, a line each. */
export function terminalLogger(terminal: Terminal): ServiceLogger {
  return {
    warn: (message) => terminal.err(`tta-obs: ${message}\n`),
    error: (message, error) =>
      terminal.err(`tta-obs: ${message}${error instanceof Error ? `: ${error.message}` : ''}\n`),
  };
}

/** Whoever finds the port or the database taken mostly has a service running already. */
async function explain(code: string, message: string, settings: ServiceSettings): Promise<string> {
  if (code !== 'OBS_ERR_PORT_TAKEN' && code !== 'OBS_ERR_DATABASE_IN_USE') return message;
  // Without the token: whatever holds the port may be somebody else's.
  const client = new ServiceClient({ host: settings.host, port: settings.port });
  const running = settings.port === 0 ? undefined : await client.probe();
  if (running === undefined) return message;
  const which = running === 'locked' ? 'with a token' : `database ${safeText(running.databasePath)}`;
  return `A TTA service already runs at ${client.url} (${which}): use it, stop it, or start another with --port N --db-path FILE.`;
}
