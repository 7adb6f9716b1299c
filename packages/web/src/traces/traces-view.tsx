import { useCommands } from '../commands/use-commands.tsx';
import { Loading, Notice } from '../shell/notice.tsx';
import type { Viewer } from '../viewer.ts';
import { EmptyResults } from './empty-results.tsx';
import { FirstTrace } from './first-trace.tsx';
import { SearchProgress } from './search-progress.tsx';
import { TraceTable } from './trace-table.tsx';
import { useMedia } from './use-media.tsx';

export function TracesView({ viewer }: { readonly viewer: Viewer }) {
  const list = viewer.traces;
  const isNarrow = useMedia('(max-width: 640px)');
  void list.rows.version.value;
  const isEmpty = list.rows.shown.length === 0 && list.rows.gatheredCount.value === 0;
  if (isEmpty && list.state.value.kind === 'shown' && list.query.value === '')
    return <FirstTrace viewer={viewer} />;
  return (
    <section class="traces" aria-label="Traces">
      <h1 class="visually-hidden">Traces</h1>
      <div class="traces-bar">
        <PauseButton viewer={viewer} />
      </div>
      <div class="traces-body">
        {isEmpty ? (
          <NoRows viewer={viewer} />
        ) : (
          <TraceTable key={isNarrow} viewer={viewer} isNarrow={isNarrow} />
        )}
      </div>
    </section>
  );
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
      return list.search.value === undefined && !list.isStopped.value ? (
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
