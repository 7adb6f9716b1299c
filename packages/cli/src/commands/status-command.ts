import type { Health } from '@tta/obs-protocol';
import { CommandError } from '../command-error.ts';
import { formatBytes } from '../format-bytes.ts';
import { formatDuration } from '../format-duration.ts';
import { retentionText } from '../retention-text.ts';
import { safeText } from '../safe-text.ts';
import { noServiceError } from '../no-service-error.ts';
import { ServiceClient } from '../service-client.ts';
import { readServiceFile } from '../service-file.ts';
import { serviceSettings } from '../service-settings.ts';
import { style } from '../style.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';
import type { StatusFlags } from './status.ts';

/** `tta-obs status`: whether the service runs, and what it holds. */
export async function statusCommand(flags: StatusFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const health = await client.probe();
  if (flags.json === true && typeof health !== 'object') {
    terminal.out(`${JSON.stringify({ status: health ?? 'absent', url: client.url })}\n`);
  }
  if (health === undefined) throw await noServiceError(client.url);
  if (health === 'locked') throw new CommandError(1, client.lockedMessage());
  terminal.out(
    flags.json === true ? `${JSON.stringify(health)}\n` : statusText(client.url, health, terminal),
  );
  return health.status === 'ok' ? 0 : 1;
}

function statusText(url: string, health: Health, { hasColour }: Terminal): string {
  const paint = style(hasColour);
  const { stored, refused } = health;
  const running = readServiceFile(health.databasePath);
  const lines: readonly (readonly [label: string, text: string])[] = [
    ['page', url],
    ['ports', health.ports.join(', ')],
    ['up', `${formatDuration(health.uptimeMs)}${running === undefined ? '' : `, process ${running.pid}`}`],
    ['database', safeText(health.databasePath)],
    ['keeps', `${retentionText(health.retention)}, and what is pinned`],
    ...(stored === null
      ? []
      : [
          [
            'holds',
            `${counted(stored.traceCount, 'trace')}, ${counted(stored.spanCount, 'span')}, ${stored.pinnedCount} pinned,`,
          ] as const,
          [
            '',
            `${counted(stored.logRecordCount, 'log line')}, ${stored.metricSeriesCount} series of metrics, ` +
              formatBytes(stored.fileBytes),
          ] as const,
        ]),
    ...(refused.requestCount + refused.recordCount === 0
      ? []
      : [
          [
            'refused',
            `${counted(refused.requestCount, 'request')}, ${counted(refused.recordCount, 'record')}: the log says why`,
          ] as const,
        ]),
    ...(health.queuedBytes === 0
      ? []
      : [['waiting', `${formatBytes(health.queuedBytes)} to be stored`] as const]),
  ];
  const problem =
    health.problem === null ? '' : `  ${paint.red('problem'.padEnd(8))}  ${safeText(health.problem)}\n`;
  return (
    `${paint.bold(`TTA observability ${safeText(health.version)}`)}\n` +
    lines.map(([label, text]) => `  ${label.padEnd(8)}  ${text}\n`).join('') +
    problem
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
