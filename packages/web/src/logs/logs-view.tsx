import { useMemo } from 'preact/hooks';
import type { TracePartProps } from '../trace/trace-part.ts';
import { rowOfSpan } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';
import { logRows } from './log-rows.ts';
import { LogsPart } from './logs-part.tsx';

/** What was logged in the trace. */
export function LogsView({ viewer, document: trace, tree, route, onSelect }: TracePartProps) {
  const { records } = viewer.logs.loaded.value;
  const rows = useMemo(() => logRows(records, trace.summary, tree), [records, trace, tree]);
  const selectedRow = route.spanId === undefined ? -1 : rowOfSpan(tree, route.spanId);
  return (
    <LogsPart
      logs={viewer.logs}
      rows={rows}
      selectedRow={selectedRow}
      onSelect={(row) => onSelect(rowId(tree, row))}
    />
  );
}
