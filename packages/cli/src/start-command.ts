import type { Flags } from './command-line.ts';
import { serviceSettings } from './service-settings.ts';
import { startService } from './service-start.ts';
import { stopSignal } from './stop-signal.ts';
import { style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

/** `tta-obs start`: serves until SIGINT or SIGTERM. */
export async function startCommand(flags: Flags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const server = await startService(serviceSettings(flags, surroundings), surroundings);
  const paint = style(terminal.hasColour);
  const stopped = stopSignal(surroundings);
  terminal.out(
    [
      paint.bold(`TTA observability ${server.version}`),
      `  page      ${server.url}`,
      `  database  ${server.databasePath}`,
      paint.dim('  Ctrl-C stops the service.'),
      '',
    ].join('\n'),
  );
  await stopped;
  await server.close();
  return 0;
}
