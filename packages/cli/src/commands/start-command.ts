import { announceService } from '../announcement.ts';
import { removeServiceFile, writeServiceFile } from '../service-file.ts';
import { serviceSettings } from '../service-settings.ts';
import { startService } from '../service-start.ts';
import { stopSignal } from '../stop-signal.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import type { StartFlags } from './start.ts';

/** `tta-obs start`: serves until SIGINT or SIGTERM. */
export async function startCommand(flags: StartFlags, surroundings: Surroundings): Promise<number> {
  if (flags.detach === true) {
    const { startDetached } = await import('../detached-start.ts');
    return startDetached(flags, surroundings);
  }
  const { terminal } = surroundings;
  const settings = serviceSettings(flags, surroundings);
  const server = await startService(settings, surroundings);
  writeServiceFile(server.databasePath, {
    pid: surroundings.pid,
    host: settings.host,
    ports: server.ports,
  });
  try {
    const stopped = stopSignal(surroundings);
    announceService(server, settings, surroundings);
    if (!surroundings.tellReady()) {
      terminal.out(style(terminal.hasColour).dim('  Ctrl-C stops the service.\n'));
    }
    const signal = await stopped;
    // The terminal has written ^C and no end of line.
    if (signal === 'SIGINT' && surroundings.isInteractive) terminal.out('\n');
  } finally {
    removeServiceFile(server.databasePath);
    await server.close();
  }
  return 0;
}
