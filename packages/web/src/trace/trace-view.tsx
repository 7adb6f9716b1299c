import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useCommands } from '../commands/use-commands.tsx';
import type { TracePart, TraceRoute } from '../route.ts';
import { deferView } from '../shell/deferred-view.tsx';
import { Loading, Notice } from '../shell/notice.tsx';
import type { ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';
import { WaterfallView } from '../waterfall/waterfall-view.tsx';
import { defaultPart } from './default-part.ts';
import { Divider } from './divider.tsx';
import { ListNeighbours } from './list-neighbours.tsx';
import { RememberedSize } from './remembered-size.ts';
import { TraceHeader } from './trace-header.tsx';
import type { TracePartProps } from './trace-part.ts';
import { TRACE_PARTS, TraceTabs } from './trace-tabs.tsx';

// What is mostly looked at first, the waterfall, is not among them.
const pane = deferView('the details', async () => (await import('../details/span-pane.tsx')).SpanPane);
const transcript = deferView(
  'the transcript',
  async () => (await import('../transcript/transcript-view.tsx')).TranscriptView,
);
const raw = deferView('the raw trace', async () => (await import('../raw/raw-view.tsx')).RawView);
const logs = deferView('the logs', async () => (await import('../logs/logs-view.tsx')).LogsView);

const PANE_PX = 420;
const LEAST_PANE_PX = 280;
/** What the pane leaves of the window at least. */
const LEAST_PART_PX = 420;

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
  const pin = async (): Promise<void> => {
    const shown = viewer.openTrace.state.peek();
    // The service tells of the change as of any other.
    if (shown.kind === 'shown') await viewer.client.pin(traceId, !shown.document.summary.isPinned);
  };
  const paneSize = useMemo(() => new RememberedSize(localStorage, 'trace-pane', PANE_PX), []);
  const panePx = useSignal(paneSize.read());
  const resizePane = (sizePx: number): void => {
    panePx.value = sizePx;
    paneSize.write(sizePx);
  };
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
    ...TRACE_PARTS.map(({ part, title, key }) => ({
      title: part === 'raw' ? 'Show the raw trace' : `Show the ${title.toLowerCase()}`,
      group: 'Trace' as const,
      keys: [key],
      run: () => show(part),
    })),
  ]);
  const name = state.kind === 'shown' ? state.document.summary.name : 'Trace';
  const isShown = state.kind === 'shown';
  useEffect(() => {
    if (isShown) for (const view of [pane, transcript, logs, raw]) view.prepare();
  }, [isShown]);
  useEffect(() => {
    document.title = `${name} · TTA observability`;
  }, [name]);

  switch (state.kind) {
    case 'loading':
      return <Loading what="the trace" rows={12} />;
    case 'missing':
      return (
        <Notice isView kind="empty" title="There is no such trace">
          None has the id {traceId}. It may have been removed because it was old, or it has not arrived yet:
          then it appears here. <a href="#/traces">All traces</a>
        </Notice>
      );
    case 'failed':
      return (
        <Notice
          isView
          kind="error"
          title="Could not load the trace"
          onRetry={() => viewer.openTrace.reload()}
        >
          {state.message} <a href="#/traces">All traces</a>
        </Notice>
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
        <div
          class={spanId === undefined ? 'trace' : 'trace has-pane'}
          style={{ '--pane': `${panePx.value}px` }}
        >
          <TraceHeader
            document={trace}
            tree={tree}
            listQuery={viewer.traces.query.value}
            onSelect={select}
            onPin={pin}
          >
            <ListNeighbours viewer={viewer} route={route} />
          </TraceHeader>
          <TraceTabs viewer={viewer} document={trace} route={route} shown={shownPart} />
          <div class="trace-part">
            <Part part={shownPart} {...props} />
          </div>
          {spanId !== undefined && (
            <div class="pane-divider">
              <Divider
                label="Width of the details"
                sizePx={panePx.value}
                minPx={LEAST_PANE_PX}
                maxPx={innerWidth - LEAST_PART_PX}
                side="right"
                onSize={resizePane}
                onReset={() => resizePane(PANE_PX)}
              />
            </div>
          )}
          {spanId !== undefined && (
            <pane.View
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
      return <transcript.View {...props} />;
    case 'logs':
      return <logs.View {...props} />;
    case 'raw':
      return <raw.View {...props} />;
  }
}
