import { useCommands } from '../commands/use-commands.tsx';
import { formatRoute } from '../route.ts';
import type { Route } from '../route.ts';
import type { ThemeChoice, ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';

const CONNECTION_TEXT = {
  connecting: 'connecting',
  live: 'live',
  waiting: 'reconnecting',
  unreachable: 'service not reachable',
} as const;

interface Place {
  readonly title: string;
  readonly route: Route;
  readonly key: string;
}

const PLACES: readonly Place[] = [
  { title: 'Overview', route: { view: 'overview', window: '1h' }, key: 'g o' },
  { title: 'Traces', route: { view: 'traces', query: '' }, key: 'g t' },
  { title: 'Services', route: { view: 'services', window: '1h' }, key: 'g s' },
  { title: 'Sessions', route: { view: 'sessions' }, key: 'g e' },
  { title: 'Config', route: { view: 'config' }, key: 'g c' },
];

export function TopBar({ viewer, theme }: { readonly viewer: Viewer; readonly theme: ThemeSetting }) {
  const connection = viewer.connection.value;
  const { view } = viewer.route.value;
  useCommands(
    PLACES.map(({ title, route, key }) => ({
      title,
      group: 'Go to' as const,
      keys: [key],
      run: () => viewer.go(route),
    })),
  );
  return (
    <header class="top-bar">
      <a class="brand" href="#/traces">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M2 4h9M5 8h9M5 12h5" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        </svg>
        TTA observability
      </a>
      <nav class="places" aria-label="Views">
        {PLACES.map(({ title, route }) => (
          <a
            key={title}
            href={formatRoute(route)}
            aria-current={
              view === route.view || (view === 'trace' && route.view === 'traces') ? 'page' : undefined
            }
          >
            {title}
          </a>
        ))}
      </nav>
      <span class={`connection is-${connection}`} role="status">
        <i aria-hidden="true" />
        {CONNECTION_TEXT[connection]}
      </span>
      <select
        class="theme-choice"
        aria-label="Theme"
        value={theme.choice.value}
        onChange={(event) => theme.choose(event.currentTarget.value as ThemeChoice)}
      >
        <option value="system">System theme</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
        <option value="contrast">High contrast</option>
      </select>
    </header>
  );
}
