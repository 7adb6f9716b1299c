import type { Flags } from './command-line.ts';
import { fetchTrace } from './service-client.ts';
import { serviceSettings } from './service-settings.ts';
import { serviceUrl } from './service-start.ts';
import { style } from './style.ts';
import type { Surroundings } from './surroundings.ts';
import { traceTree } from './trace-tree.ts';

/** `tta-obs trace`: prints a trace of the running service. */
export async function traceCommand(
  flags: Flags,
  traceId: string,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const { host, port } = serviceSettings(flags, surroundings);
  const url = serviceUrl(host, port);
  const document = await fetchTrace(url, traceId);
  if (document === undefined) {
    terminal.err(
      traceId === 'latest'
        ? `The service at ${url} has no traces yet.\n`
        : `The service at ${url} has no trace ${traceId}: it may have been removed by retention.\n`,
    );
    return 1;
  }
  terminal.out(traceTree(document, terminal));
  terminal.out(style(terminal.hasColour).dim(`${url}/#/traces/${document.summary.traceId}`) + '\n');
  return 0;
}
