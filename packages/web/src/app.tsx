import { useCommandKeys } from './commands/use-commands.tsx';
import { ConfigView } from './config/config-view.tsx';
import { OverviewView } from './overview/overview-view.tsx';
import { ServicesView } from './services/services-view.tsx';
import { SessionsView } from './sessions/sessions-view.tsx';
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
  useCommandKeys();
  return (
    <>
      <TopBar viewer={viewer} theme={theme} />
      <main class="view">
        <CurrentView viewer={viewer} theme={theme} />
      </main>
    </>
  );
}

function CurrentView({ viewer, theme }: AppProps) {
  const route = viewer.route.value;
  switch (route.view) {
    case 'overview':
      return <OverviewView viewer={viewer} />;
    case 'traces':
      return <TracesView viewer={viewer} />;
    case 'services':
      return <ServicesView viewer={viewer} />;
    case 'sessions':
      return <SessionsView viewer={viewer} />;
    case 'config':
      return <ConfigView viewer={viewer} />;
    case 'trace':
      return <TraceView key={route.traceId} viewer={viewer} theme={theme} route={route} />;
  }
}
