import type { Flags } from './command-line.ts';
import { noSuchTrace } from './command-error.ts';
import { ServiceClient } from './service-client.ts';
import { serviceSettings } from './service-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `tta-obs pin` and `tta-obs unpin`: keeps a trace from removal by retention, or gives it free. */
export async function pinCommand(
  flags: Flags,
  traceId: string,
  isPinned: boolean,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const client = new ServiceClient(serviceSettings(flags, surroundings));
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
