import { CommandError, noSuchTrace } from '../command-error.ts';
import { ownPath } from '../own-path.ts';
import { safeText } from '../safe-text.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings, type ServiceSettings } from '../service-settings.ts';
import type { Surroundings } from '../surroundings.ts';
import type { ClientFlags } from './shared-flags.ts';

/** `tta-obs pin` and `tta-obs unpin`: keeps a trace from removal by retention, or gives it free. */
export async function pinCommand(
  flags: ClientFlags,
  traceId: string,
  isPinned: boolean,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const settings = serviceSettings(flags, surroundings);
  const client = new ServiceClient(settings);
  await refuseOtherDatabase(client, flags, settings);
  const id = await client.traceId(traceId);
  const answer = id === undefined ? undefined : await client.pin(id, isPinned);
  if (answer === undefined) throw noSuchTrace(client.url, traceId);
  const { pinnedCount, exemptCount } = answer;
  const noun = pinnedCount === 1 ? 'trace is' : 'traces are';
  terminal.out(
    `${isPinned ? 'Pinned' : 'Unpinned'} ${answer.traceId}: ${pinnedCount} ${noun} kept from removal by age and number.\n`,
  );
  if (exemptCount < pinnedCount) {
    terminal.err(
      `tta-obs: Pinned traces take more than half of what the database may hold: only the ${exemptCount} newest are kept, unpin some or raise --max-bytes.\n`,
    );
  }
  return 0;
}

/** A service that is found by chance may keep another database than the one that is configured. */
async function refuseOtherDatabase(
  client: ServiceClient,
  flags: ClientFlags,
  { databasePath, isDatabaseNamed }: ServiceSettings,
): Promise<void> {
  if (!isDatabaseNamed || flags.port !== undefined || flags.host !== undefined) return;
  const health = await client.probe();
  const path = ownPath(databasePath);
  // What does not answer as ours is told by what comes next.
  if (health === undefined || health === 'locked' || health.databasePath === path) return;
  const kept = safeText(health.databasePath);
  throw new CommandError(
    1,
    `The service at ${client.url} keeps ${kept}, not ${path}: name it with --port if you mean it.`,
  );
}
