import { useEffect } from 'preact/hooks';
import { SpanPane } from '../details/span-pane.tsx';
import { useKeys } from '../shell/use-keys.tsx';
import type { ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';
import { TraceHeader } from './trace-header.tsx';
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
        <div class={selectedSpanId === undefined ? 'trace' : 'trace has-pane'}>
          <TraceHeader document={state.document} tree={state.tree} onSelect={select} />
          <Waterfall
            document={state.document}
            tree={state.tree}
            theme={theme.theme.value}
            selectedSpanId={selectedSpanId}
            onSelect={select}
          />
          {selectedSpanId !== undefined && (
            <SpanPane
              key={selectedSpanId}
              viewer={viewer}
              document={state.document}
              spanId={selectedSpanId}
              onClose={() => select(undefined)}
            />
          )}
        </div>
      );
  }
}
