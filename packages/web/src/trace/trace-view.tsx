import { useEffect } from 'preact/hooks';
import { useCommands } from '../commands/use-commands.tsx';
import { SpanPane } from '../details/span-pane.tsx';
import { LogsView } from '../logs/logs-view.tsx';
import { RawView } from '../raw/raw-view.tsx';
import { formatRoute } from '../route.ts';
import type { TracePart, TraceRoute } from '../route.ts';
import type { ThemeSetting } from '../theme.ts';
import { TranscriptView } from '../transcript/transcript-view.tsx';
import type { Viewer } from '../viewer.ts';
import { WaterfallView } from '../waterfall/waterfall-view.tsx';
import { defaultPart } from './default-part.ts';
import { TraceHeader } from './trace-header.tsx';
import type { TracePartProps } from './trace-part.ts';

const PARTS: readonly { readonly part: TracePart; readonly title: string; readonly key: string }[] = [
  { part: 'waterfall', title: 'Waterfall', key: '1' },
  { part: 'transcript', title: 'Transcript', key: '2' },
  { part: 'logs', title: 'Logs', key: '3' },
  { part: 'raw', title: 'Raw', key: '4' },
];

export interface TraceViewProps {
  readonly viewer: Viewer;
  readonly theme: ThemeSetting;
  readonly route: TraceRoute;
}

export function TraceView({ viewer, theme, route }: TraceViewProps) {
  const state = viewer.openTrace.state.value;
  const { traceId, spanId } = route;
  // Read when a key is pressed: several may come before the page is drawn again.
  const adjust = (changes: Partial<TraceRoute>): void => {
    const now = viewer.route.peek();
    if (now.view === 'trace') viewer.go({ ...now, ...changes }, 'replace');
  };
  const select = (selected: string | undefined): void => adjust({ spanId: selected } as Partial<TraceRoute>);
  const show = (part: TracePart): void => viewer.go({ ...route, part }, 'push');
  useCommands([
    {
      title: spanId === undefined ? 'Back to the list' : 'Close the details',
      group: 'Trace',
      keys: ['Escape'],
      run: () =>
        spanId === undefined
          ? viewer.go({ view: 'traces', query: viewer.traces.query.peek() })
          : select(undefined),
    },
    ...PARTS.map(({ part, title, key }) => ({
      title: `Show the ${title.toLowerCase()}`,
      group: 'Trace' as const,
      keys: [key],
      run: () => show(part),
    })),
  ]);
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
    case 'shown': {
      const { document: trace, tree } = state;
      const shownPart = route.part ?? defaultPart(trace);
      const props: TracePartProps = {
        viewer,
        theme: theme.theme.value,
        document: trace,
        tree,
        route,
        onSelect: select,
        onAdjust: adjust,
      };
      return (
        <div class={spanId === undefined ? 'trace' : 'trace has-pane'}>
          <TraceHeader document={trace} tree={tree} onSelect={select} />
          <nav class="trace-parts" aria-label="Ways to look at this trace">
            {PARTS.map(({ part, title }) => (
              <a
                key={part}
                href={formatRoute({ ...route, part })}
                aria-current={part === shownPart ? 'page' : undefined}
              >
                {title}
              </a>
            ))}
          </nav>
          <Part part={shownPart} {...props} />
          {spanId !== undefined && (
            <SpanPane
              key={spanId}
              viewer={viewer}
              document={trace}
              tree={tree}
              spanId={spanId}
              onClose={() => select(undefined)}
            />
          )}
        </div>
      );
    }
  }
}

function Part({ part, ...props }: TracePartProps & { readonly part: TracePart }) {
  switch (part) {
    case 'waterfall':
      return <WaterfallView {...props} />;
    case 'transcript':
      return <TranscriptView {...props} />;
    case 'logs':
      return <LogsView {...props} />;
    case 'raw':
      return <RawView {...props} />;
  }
}
