import { useCommands } from '../commands/use-commands.tsx';
import type { TraceRoute } from '../route.ts';
import type { Viewer } from '../viewer.ts';

/** Goes to the traces beside this one in the list that it was opened from. */
export function ListNeighbours({ viewer, route }: { readonly viewer: Viewer; readonly route: TraceRoute }) {
  const { rows } = viewer.traces;
  // Told when the list changes: its array stays the same.
  void rows.version.value;
  const at = rows.shown.findIndex(({ trace }) => trace.traceId === route.traceId);
  const beside = (step: 1 | -1): string | undefined =>
    at === -1 ? undefined : rows.shown[at + step]?.trace.traceId;
  const go = (step: 1 | -1): void => {
    const traceId = beside(step);
    if (traceId !== undefined)
      viewer.go({ view: 'trace', traceId, ...(route.part !== undefined && { part: route.part }) });
  };
  useCommands([
    { title: 'Previous trace of the list', group: 'Trace', keys: ['['], run: () => go(-1) },
    { title: 'Next trace of the list', group: 'Trace', keys: [']'], run: () => go(1) },
  ]);
  return (
    <>
      <button
        aria-label="Previous trace of the list"
        title="Previous trace of the list ( [ )"
        disabled={beside(-1) === undefined}
        onClick={() => go(-1)}
      >
        ‹
      </button>
      <button
        aria-label="Next trace of the list"
        title="Next trace of the list ( ] )"
        disabled={beside(1) === undefined}
        onClick={() => go(1)}
      >
        ›
      </button>
    </>
  );
}
