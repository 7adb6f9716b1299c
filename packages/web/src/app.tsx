import { useContext, useEffect, useRef } from 'preact/hooks';
import { KeyList } from './commands/key-list.tsx';
import { useModal } from './commands/modal.tsx';
import { Palette } from './commands/palette.tsx';
import { Commands, useCommandKeys, useCommands } from './commands/use-commands.tsx';
import { deferView } from './shell/deferred-view.tsx';
import { ServiceBanner, TokenNotice } from './shell/service-banner.tsx';
import type { ServiceWatch } from './shell/service-watch.ts';
import { TopBar } from './shell/top-bar.tsx';
import { PageTitle, placeOf, useNavigation } from './shell/use-navigation.tsx';
import { ViewBoundary } from './shell/view-boundary.tsx';
import type { ThemeSetting } from './theme.ts';
import { TraceView } from './trace/trace-view.tsx';
import { TracesView } from './traces/traces-view.tsx';
import { useSettings } from './use-settings.tsx';
import type { Viewer } from './viewer.ts';

// What is mostly looked at first, traces, is not among them.
const overview = deferView(
  'the overview',
  async () => (await import('./overview/overview-view.tsx')).OverviewView,
);
const services = deferView(
  'the services',
  async () => (await import('./services/services-view.tsx')).ServicesView,
);
const sessions = deferView(
  'the sessions',
  async () => (await import('./sessions/sessions-view.tsx')).SessionsView,
);
const config = deferView(
  'the configuration',
  async () => (await import('./config/config-view.tsx')).ConfigView,
);

export interface AppProps {
  readonly viewer: Viewer;
  readonly theme: ThemeSetting;
  readonly watch: ServiceWatch;
}

export function App({ viewer, theme, watch }: AppProps) {
  const main = useRef<HTMLElement>(null);
  const palette = useModal();
  const keys = useModal();
  const registry = useContext(Commands);
  const { areSingleKeysOn } = useSettings();
  useEffect(
    () =>
      areSingleKeysOn.subscribe((areOn) => {
        registry.areSingleKeysOn.value = areOn;
      }),
    [areSingleKeysOn],
  );
  const hasAnswered = viewer.hasAnswered.value;
  useEffect(() => {
    if (hasAnswered) for (const view of [overview, services, sessions, config]) view.prepare();
  }, [hasAnswered]);
  useCommandKeys();
  const route = viewer.route.value;
  useNavigation(route, main);
  useCommands([
    { title: 'Find a command or a trace', group: 'Page', keys: ['Mod+k'], run: palette.open },
    { title: 'Show all keys', group: 'Page', keys: ['?'], run: keys.open },
  ]);
  const condition = watch.condition.value;
  const isLocked = condition.kind === 'token' && !viewer.hasAnswered.value;
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <TopBar viewer={viewer} theme={theme} onPalette={palette.open} onKeys={keys.open} />
      <PageTitle />
      {!isLocked && <ServiceBanner condition={condition} />}
      <main ref={main} class="view" tabIndex={-1}>
        {isLocked ? (
          <TokenNotice />
        ) : (
          <ViewBoundary key={placeOf(route)}>
            <CurrentView viewer={viewer} theme={theme} />
          </ViewBoundary>
        )}
      </main>
      <Palette viewer={viewer} state={palette} />
      <KeyList state={keys} />
    </>
  );
}

function CurrentView({ viewer, theme }: Omit<AppProps, 'watch'>) {
  const route = viewer.route.value;
  switch (route.view) {
    case 'overview':
      return <overview.View viewer={viewer} />;
    case 'traces':
      return <TracesView viewer={viewer} />;
    case 'services':
      return <services.View viewer={viewer} />;
    case 'sessions':
      return <sessions.View viewer={viewer} />;
    case 'config':
      return <config.View viewer={viewer} theme={theme} />;
    case 'trace':
      return <TraceView key={route.traceId} viewer={viewer} theme={theme} route={route} />;
  }
}
