import { statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { RunningServer } from '@tta/obs-server';
import { formatBytes } from './format-bytes.ts';
import { retentionText } from './retention-text.ts';
import type { ServiceSettings } from './service-settings.ts';
import { serviceUrl } from './service-url.ts';
import { style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

/** Says where the page is, where telemetry may be sent, and what is kept where for how long. */
export function announceService(
  server: RunningServer,
  settings: ServiceSettings,
  { terminal }: Pick<Surroundings, 'terminal'>,
): void {
  const { version, url, databasePath, token } = server;
  // A token that the user has given is nowhere else to be read; of one that was made this is the only place.
  const isMade = token !== undefined && settings.token === undefined;
  const lines: readonly (readonly [label: string, text: string])[] = [
    ['page', isMade ? `${url}/?token=${token}` : url],
    ...(isEverywhere(settings.host) ? [['network', networkText(server)] as const] : []),
    ['OTLP', otlpAddresses(server, settings).join(', ')],
    ['database', `${databasePath} (${formatBytes(statSync(databasePath).size)})`],
    ['keeps', `${retentionText(settings)}, and what is pinned`],
    ...(token === undefined ? [] : [['token', tokenHint(isMade)] as const]),
  ];
  terminal.out(
    `${style(terminal.hasColour).bold(`TTA observability ${version}`)}\n` +
      lines.map(([label, text]) => `  ${label.padEnd(8)}  ${text}\n`).join(''),
  );
}

/** Ports, and an address by which other machines reach them. */
function networkText({ ports, port }: RunningServer): string {
  const numbers = ports.length === 1 ? `port ${port}` : `ports ${ports.join(', ')}`;
  const address = Object.values(networkInterfaces())
    .flat()
    .find((found) => found?.family === 'IPv4' && !found.internal)?.address;
  const example = address === undefined ? '' : `, as http://${address}:${port}`;
  return `${numbers} on every address of this machine${example}`;
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function otlpAddresses({ ports }: RunningServer, { host }: ServiceSettings): readonly string[] {
  return ports.map((port) => serviceUrl(host, port));
}

function tokenHint(isMade: boolean): string {
  return isMade
    ? 'in that address, new with each start; programs: TTA_UI_TOKEN, or\n            OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token>'
    : 'as given; open the page with ?token=… once; programs: TTA_UI_TOKEN, or\n            OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token>';
}
