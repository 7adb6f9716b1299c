import type { TraceSummary } from '@tta/obs-protocol';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { shortId } from '../format/short-id.ts';
import type { Command } from './command.ts';
import { groupCommands } from './command-groups.ts';

/** Something that the palette offers. */
export interface PaletteEntry {
  /** Names it among the others. */
  readonly id: string;
  readonly title: string;
  /** What stands behind the title: keys of a command, or the service and id of a trace. */
  readonly keys?: string;
  readonly hint?: string;
  readonly group: string;
  readonly run: () => void;
}

export interface PaletteOptions {
  /** What can be done now, those that were added later first. */
  readonly commands: readonly Command[];
  /** Newest first. */
  readonly traces: readonly TraceSummary[];
  readonly openTrace: (traceId: string) => void;
  readonly search: (query: string) => void;
}

const MOST_TRACES = 8;
const TRACE_ID = /(?:^|[^0-9a-f])([0-9a-f]{32})(?:[^0-9a-f]|$)/i;

/** What the palette offers for what was typed: a trace whose id was pasted, commands, traces, and the search. */
export function paletteEntries(
  typed: string,
  { commands, traces, openTrace, search }: PaletteOptions,
): readonly PaletteEntry[] {
  const wanted = typed.trim();
  const words = wanted.toLowerCase().split(/\s+/);
  const matches = (text: string): boolean => words.every((word) => text.includes(word));
  const pasted = TRACE_ID.exec(wanted)?.[1]?.toLowerCase();
  return [
    ...(pasted === undefined
      ? []
      : [
          {
            id: 'pasted',
            title: `Open the trace ${shortId(pasted)}`,
            hint: pasted,
            group: 'Trace id',
            run: () => openTrace(pasted),
          },
        ]),
    ...groupCommands(commands).flatMap(({ group, commands: members }) =>
      members
        .filter(({ title }) => matches(`${group} ${title}`.toLowerCase()))
        .map(({ title, keys: [keys], run }) => ({
          id: `${group}: ${title}`,
          title,
          ...(keys !== undefined && { keys }),
          group,
          run,
        })),
    ),
    ...traces
      .filter(({ traceId }) => traceId !== pasted)
      .filter(({ name, serviceName, traceId }) => matches(`${name} ${serviceName} ${traceId}`.toLowerCase()))
      .slice(0, MOST_TRACES)
      .map(({ name, serviceName, traceId }) => ({
        id: traceId,
        title: name === '' ? '(no name)' : withoutDirectionMarks(name),
        hint: `${withoutDirectionMarks(serviceName)} ${shortId(traceId)}`,
        group: 'Traces',
        run: () => openTrace(traceId),
      })),
    ...(wanted === ''
      ? []
      : [
          {
            id: 'search',
            title: `Search traces for “${wanted}”`,
            group: 'Search',
            run: () => search(wanted),
          },
        ]),
  ];
}
