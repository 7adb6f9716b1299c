import { useEffect, useMemo } from 'preact/hooks';
import type { TraceDocument } from '@tta/obs-protocol';
import { SpanPane } from '../details/span-pane.tsx';
import { logRows } from '../logs/log-rows.ts';
import { LogsPart } from '../logs/logs-part.tsx';
import { useKeys } from '../shell/use-keys.tsx';
import type { ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';
import { rowOfSpan } from './span-tree.ts';
import type { SpanTree } from './span-tree.ts';
import { TraceHeader } from './trace-header.tsx';
import { rowId } from './visible-rows.ts';
import { Waterfall } from './waterfall.tsx';

export interface TraceViewProps {
  readonly viewer: Viewer;
  readonly theme: ThemeSetting;
  readonly traceId: string;
  readonly selectedSpanId: string | undefined;
}

export function TraceView({ viewer, theme, traceId, selectedSpanId }: TraceViewProps) {
  const state = viewer.openTrace.state.value;
  const select = (spanId: string | undefined): void =>
    viewer.go({ view: 'trace', traceId, ...(spanId !== undefined && { spanId }) }, 'replace');
  useKeys({
    Escape: () => (selectedSpanId === undefined ? viewer.go({ view: 'traces' }) : select(undefined)),
  });
  const name = state.kind === 'shown' ? state.document.summary.name : 'Trace';
  useEffect(() => {
    document.title = `${name} · TTA observability`;
  }, [name]);

  switch (state.kind) {
    case 'loading':
      return <p class="notice">Loading the trace…</p>;
    case 'missing':
      return (
        <p class="notice" role="alert">
          There is no trace with the id {traceId}. It may have been removed because it was old, or it has not
          arrived yet. <a href="#/traces">All traces</a>
        </p>
      );
    case 'failed':
      return (
        <p class="notice" role="alert">
          {state.message} <button onClick={() => viewer.openTrace.reload()}>Try again</button>{' '}
          <a href="#/traces">All traces</a>
        </p>
      );
    case 'shown':
      return (
        <ShownTrace
          viewer={viewer}
          theme={theme}
          document={state.document}
          tree={state.tree}
          selectedSpanId={selectedSpanId}
          onSelect={select}
        />
      );
  }
}

interface ShownTraceProps {
  readonly viewer: Viewer;
  readonly theme: ThemeSetting;
  readonly document: TraceDocument;
  readonly tree: SpanTree;
  readonly selectedSpanId: string | undefined;
  readonly onSelect: (spanId: string | undefined) => void;
}

function ShownTrace(props: ShownTraceProps) {
  const { viewer, document: trace, tree, selectedSpanId, onSelect } = props;
  const { records, hasFailed } = viewer.logs.loaded.value;
  const logs = useMemo(() => logRows(records, trace.summary, tree), [records, trace, tree]);
  const selectedRow = useMemo(
    () => (selectedSpanId === undefined ? -1 : rowOfSpan(tree, selectedSpanId)),
    [tree, selectedSpanId],
  );
  return (
    <div class={selectedSpanId === undefined ? 'trace' : 'trace has-pane'}>
      <TraceHeader document={trace} tree={tree} onSelect={onSelect} />
      <Waterfall
        document={trace}
        tree={tree}
        theme={props.theme.theme.value}
        selectedSpanId={selectedSpanId}
        onSelect={onSelect}
      />
      {(logs.length > 0 || hasFailed) && (
        <LogsPart
          logs={viewer.logs}
          rows={logs}
          selectedRow={selectedRow}
          onSelect={(row) => onSelect(rowId(tree, row))}
        />
      )}
      {selectedSpanId !== undefined && (
        <SpanPane
          key={selectedSpanId}
          viewer={viewer}
          document={trace}
          tree={tree}
          spanId={selectedSpanId}
          onClose={() => onSelect(undefined)}
        />
      )}
    </div>
  );
}
