import { computed } from '@preact/signals';
import { useState } from 'preact/hooks';
import { useCommands } from '../commands/use-commands.tsx';
import { formatRoute } from '../route.ts';
import { deferView } from '../shell/deferred-view.tsx';
import { Loading, Notice } from '../shell/notice.tsx';
import type { Viewer } from '../viewer.ts';
import { EmptyResults } from './empty-results.tsx';
import { QueryBar } from './query-bar.tsx';
import { QueryDraft } from './query-draft.ts';
import { withinTime } from './query-terms.ts';
import { SearchProgress } from './search-progress.tsx';
import { TimeChoice } from './time-choice.tsx';
import { TraceTable } from './trace-table.tsx';
import { useMedia } from './use-media.tsx';

// The rows come first.
const facetsView = deferView('the filters', async () => (await import('./facets.tsx')).Facets);
const rateCharts = deferView('the charts', async () => (await import('./rate-charts.tsx')).RateCharts);
/** Seen once, if ever. */
const firstTrace = deferView('the first run', async () => (await import('./first-trace.tsx')).FirstTrace);

export function TracesView({ viewer }: { readonly viewer: Viewer }) {
  const list = viewer.traces;
  const isNarrow = useMedia('(max-width: 640px)');
  const hasRoomForFacets = useMedia('(min-width: 960px)');
  const route = viewer.route.value;
  const query = route.view === 'traces' ? route.query : '';
  const ask = (asked: string): void => viewer.go({ view: 'traces', query: asked });
  const draft = useDraft(viewer);
  const isEmpty = list.rows.isEmpty.value;
  if (isEmpty && query === '' && list.state.value.kind === 'shown' && list.query.value === '')
    return <firstTrace.View viewer={viewer} />;
  const facets = <facetsView.View viewer={viewer} query={query} onAsk={ask} />;
  return (
    <section class="traces" aria-label="Traces">
      <h1 class="visually-hidden">Traces</h1>
      <div class="rates">
        <rateCharts.View viewer={viewer} onChoose={(fromMs, toMs) => ask(withinTime(query, fromMs, toMs))} />
      </div>
      <div class="traces-bar">
        <QueryBar query={query} draft={draft} onAsk={ask} />
        {!hasRoomForFacets && (
          <>
            <button type="button" popovertarget="facets">
              Filters
            </button>
            <div id="facets" class="facets is-floating" popover="auto" role="dialog" aria-label="Filters">
              <header>
                <strong>Filters</strong>
                <button type="button" class="button" popovertarget="facets" popovertargetaction="hide">
                  Close
                </button>
              </header>
              {facets}
            </div>
          </>
        )}
        <TimeChoice query={query} onAsk={ask} />
        <PauseButton viewer={viewer} />
      </div>
      <div class="traces-body">
        {hasRoomForFacets && (
          <aside class="facets" aria-label="Filters">
            {facets}
          </aside>
        )}
        {isEmpty ? (
          <NoRows viewer={viewer} />
        ) : (
          <TraceTable key={isNarrow} viewer={viewer} isNarrow={isNarrow} />
        )}
      </div>
    </section>
  );
}

function useDraft(viewer: Viewer): QueryDraft {
  const [draft] = useState(
    () =>
      new QueryDraft({
        query: computed(() => {
          const route = viewer.route.value;
          return route.view === 'traces' ? route.query : '';
        }),
        ask: (query) => viewer.go({ view: 'traces', query }),
        openTrace: (traceId) => viewer.go({ view: 'trace', traceId }),
        known: (request, limit, signal) => viewer.client.known(request, limit, signal),
        timer: viewer.clock.timer,
      }),
  );
  return draft;
}

function NoRows({ viewer }: { readonly viewer: Viewer }) {
  const list = viewer.traces;
  const state = list.state.value;
  if (viewer.connection.value === 'unreachable') {
    return (
      <Notice kind="error" title="The service does not answer">
        It is asked for at {location.host}. Start it again with <code>npm start</code>; this page keeps
        trying.
      </Notice>
    );
  }
  if (state.kind === 'loading' && list.problems.value.length > 0) {
    return (
      <Notice kind="empty" title="The query cannot be understood">
        Mend it above, or see <a href={formatRoute({ view: 'traces', query: '' })}>all traces</a>.
      </Notice>
    );
  }
  switch (state.kind) {
    case 'loading':
      return <Loading what="traces" rows={18} />;
    case 'failed':
      return (
        <Notice kind="error" title="Could not load the traces" onRetry={() => list.reload()}>
          {state.message ?? 'The service cannot be reached.'}
        </Notice>
      );
    case 'shown':
      return !list.isSearching.value && !list.isStopped.value ? (
        <EmptyResults viewer={viewer} />
      ) : (
        <div class="trace-table">
          <SearchProgress list={list} />
        </div>
      );
  }
}

function PauseButton({ viewer }: { readonly viewer: Viewer }) {
  const { isPaused } = viewer.traces;
  const toggle = (): void => {
    isPaused.value = !isPaused.value;
  };
  const title = isPaused.value ? 'Go on with new traces' : 'Hold new traces back';
  useCommands([{ title, group: 'List', keys: ['p'], run: toggle }]);
  return (
    <button type="button" class="pause" aria-pressed={isPaused.value} title={`${title} (p)`} onClick={toggle}>
      <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
        <path d={isPaused.value ? 'M5 3.500v9l7-4.500z' : 'M5.500 3.500v9M10.500 3.500v9'} />
      </svg>
      {isPaused.value ? 'Paused' : 'Pause'}
    </button>
  );
}
