import { isServiceError, startServer, type RunningServer, type ServiceLogger } from '@tta/obs-server';
import { CommandError } from './command-error.ts';
import { safeText } from './safe-text.ts';
import { probeService } from './service-client.ts';
import type { ServiceSettings } from './service-settings.ts';
import { style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Starts the service with the page, its log on stderr.
 *
 * @throws CommandError when it cannot start.
 */
export async function startService(
  settings: ServiceSettings,
  surroundings: Surroundings,
): Promise<RunningServer> {
  const { pageDir, terminal } = surroundings;
  const logger: ServiceLogger = {
    warn: (message) => terminal.err(`tta-obs: ${message}\n`),
    error: (message, error) =>
      terminal.err(`tta-obs: ${message}${error instanceof Error ? `: ${error.message}` : ''}\n`),
  };
  try {
    return await startServer({ ...settings, logger, ...(pageDir !== undefined && { pageDir }) });
  } catch (error) {
    if (!isServiceError(error)) throw error;
    throw new CommandError(1, await explain(error.code, error.message, settings), error);
  }
}

/** Says where the page is and where traces are kept. */
export function announceService(server: RunningServer, { terminal }: Surroundings): void {
  const paint = style(terminal.hasColour);
  terminal.out(
    [
      paint.bold(`TTA observability ${server.version}`),
      `  page      ${server.url}`,
      `  database  ${server.databasePath}`,
      '',
    ].join('\n'),
  );
}

/** Whoever finds the port or the database taken mostly has a service running already. */
async function explain(code: string, message: string, settings: ServiceSettings): Promise<string> {
  if (code !== 'OBS_ERR_PORT_TAKEN' && code !== 'OBS_ERR_DATABASE_IN_USE') return message;
  const url = serviceUrl(settings.host, settings.port);
  const running = settings.port === 0 ? undefined : await probeService(url);
  if (running === undefined) return message;
  return `A TTA service already runs at ${url} (database ${safeText(running.databasePath)}): use it, stop it, or start another with --port N --db-path FILE.`;
}

export function serviceUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
