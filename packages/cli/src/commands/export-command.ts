import { resolve } from 'node:path';
import { CommandError, noSuchTrace, UsageError } from '../command-error.ts';
import { writerOf } from '../export/export-format.ts';
import { writeNewFile } from '../export/new-file.ts';
import { StoredTraces } from '../export/stored-traces.ts';
import { formatBytes } from '../format-bytes.ts';
import { ProgressLine } from '../progress-line.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { exitCodeOf } from '../stop-signal.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';
import { traceIdOf } from '../trace-id.ts';
import type { ExportFlags } from './export.ts';

/** `tta-obs export`: stored traces in a format of others, on stdout or in a file. */
export async function exportCommand(
  flags: ExportFlags,
  traceId: string | undefined,
  surroundings: Surroundings,
): Promise<number> {
  if (flags.all === true && traceId !== undefined) {
    throw new UsageError(`Give either --all or "${traceId}".`);
  }
  if (flags.force === true && flags.out === undefined) {
    throw new UsageError('--force replaces a file: name it with --out.');
  }
  const write = writerOf(flags.format ?? 'otlp');
  const { terminal } = surroundings;
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const traces = new StoredTraces(client);
  const ids =
    flags.all === true ? traces.allTraceIds() : [await idOf(client, traceIdOf(traceId ?? 'latest'))];
  const progress = new ProgressLine(terminal);
  const stop = new AbortController();
  const spans = watched(traces.spans(ids), () => {
    stop.signal.throwIfAborted();
    if (flags.out !== undefined || !terminal.isOutTerminal) progress.show(() => `${countText(traces)} read`);
  });
  let stopCode: number | undefined;
  const unsubscribe = surroundings.onSignal((signal) => {
    stopCode = exitCodeOf(signal);
    stop.abort();
  });
  try {
    const parts = write(spans);
    if (flags.out === undefined) await surroundings.pipeOut(parts);
    else {
      const path = resolve(flags.out);
      const bytes = await writeNewFile(path, parts, { replaces: flags.force === true });
      progress.clear();
      terminal.out(`Wrote ${countText(traces)} to ${path} (${formatBytes(bytes)}).\n`);
    }
  } catch (error) {
    if (stopCode !== undefined) return stopCode;
    throw explained(error);
  } finally {
    progress.clear();
    unsubscribe();
  }
  tellRest(traces, client.url, terminal);
  return traces.partCount === 0 ? 0 : 1;
}

async function idOf(client: ServiceClient, traceId: string): Promise<string> {
  const id = await client.traceId(traceId);
  if (id === undefined || !(await client.hasTrace(id))) throw noSuchTrace(client.url, traceId);
  return id;
}

async function* watched<Item>(items: AsyncIterable<Item>, visit: () => void): AsyncGenerator<Item> {
  for await (const item of items) {
    visit();
    yield item;
  }
}

/** A document that does not fit in memory is for the user to mend. */
function explained(error: unknown): unknown {
  if ((error as { readonly code?: unknown }).code !== 'OBS_ERR_INVALID_OPTION') return error;
  return new CommandError(
    1,
    'A file of this format is made in memory, where these traces have no room: export fewer, or with --format otlp or zipkin.',
    error,
  );
}

function tellRest(
  { goneCount, partCount, traceCount, isRead }: StoredTraces,
  url: string,
  terminal: Terminal,
): void {
  if (partCount > 0) {
    const traces = partCount === 1 ? '1 trace was' : `${partCount} traces were`;
    terminal.err(`tta-obs: ${traces} removed by retention while being read: a part is missing.\n`);
  }
  if (goneCount > 0) {
    const traces = goneCount === 1 ? '1 trace was' : `${goneCount} traces were`;
    terminal.err(`tta-obs: ${traces} removed by retention before it could be read.\n`);
  } else if (traceCount === 0 && isRead) {
    terminal.err(`tta-obs: The service at ${url} has no traces yet.\n`);
  }
}

function countText({ traceCount, spanCount }: StoredTraces): string {
  const traces = traceCount === 1 ? '1 trace' : `${traceCount} traces`;
  return `${traces} with ${spanCount} ${spanCount === 1 ? 'span' : 'spans'}`;
}
