import { TopBar } from './shell/top-bar.tsx';
import type { ThemeSetting } from './theme.ts';
import { TraceView } from './trace/trace-view.tsx';
import { TracesView } from './traces/traces-view.tsx';
import type { Viewer } from './viewer.ts';

export interface AppProps {
  readonly viewer: Viewer;
  readonly theme: ThemeSetting;
}

export function App({ viewer, theme }: AppProps) {
  const route = viewer.route.value;
  return (
    <>
      <TopBar viewer={viewer} theme={theme} />
      <main class="view">
        {route.view === 'traces' ? (
          <TracesView viewer={viewer} />
        ) : (
          <TraceView
            key={route.traceId}
            viewer={viewer}
            theme={theme}
            traceId={route.traceId}
            selectedSpanId={route.spanId}
          />
        )}
      </main>
    </>
  );
}
