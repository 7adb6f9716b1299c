import { Keys } from '../commands/keys.tsx';
import { useCommands } from '../commands/use-commands.tsx';
import { formatRoute } from '../route.ts';
import type { Route } from '../route.ts';
import type { ThemeChoice, ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';

const CONNECTION_TEXT = {
  connecting: 'connecting',
  live: 'live',
  waiting: 'reconnecting',
  unreachable: 'not reachable',
} as const;

const THEMES: readonly { readonly choice: ThemeChoice; readonly title: string }[] = [
  { choice: 'system', title: 'System theme' },
  { choice: 'light', title: 'Light' },
  { choice: 'dark', title: 'Dark' },
  { choice: 'contrast', title: 'High contrast' },
];

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

export interface TopBarProps {
  readonly viewer: Viewer;
  readonly theme: ThemeSetting;
  readonly onPalette: () => void;
  readonly onKeys: () => void;
}

/** Where one is, where one can go, and whether what is shown is the newest. */
export function TopBar({ viewer, theme, onPalette, onKeys }: TopBarProps) {
  const connection = viewer.connection.value;
  const { view } = viewer.route.value;
  useCommands([
    ...PLACES.map(({ title, route, key }) => ({
      title,
      group: 'Go to' as const,
      keys: [key],
      run: () => viewer.go(route),
    })),
    ...THEMES.map(({ choice, title }) => ({
      title: `Theme: ${choice === 'system' ? 'as the system' : title.toLowerCase()}`,
      group: 'Page' as const,
      keys: [],
      run: () => theme.choose(choice),
    })),
  ]);
  return (
    <header class="top-bar">
      <a class="brand" href="#/traces" aria-label="TTA observability">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M2 4h9M5 8h9M5 12h5" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        </svg>
        <span>TTA observability</span>
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
      <button
        type="button"
        class="bar-button is-wide"
        title="Find a command or a trace"
        aria-keyshortcuts="Control+K Meta+K"
        aria-haspopup="dialog"
        onClick={onPalette}
      >
        <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.4 10.4l3.1 3.1" />
        </svg>
        <span>Find</span>
        <span aria-hidden="true">
          <Keys keys="Mod+k" />
        </span>
      </button>
      <button
        type="button"
        class="bar-button"
        aria-label="Keys"
        title="Keys (?)"
        aria-haspopup="dialog"
        onClick={onKeys}
      >
        ?
      </button>
      <ThemeSelect theme={theme} />
    </header>
  );
}

function ThemeSelect({ theme }: { readonly theme: ThemeSetting }) {
  return (
    <select
      class="theme-choice"
      aria-label="Theme"
      value={theme.choice.value}
      onChange={(event) => theme.choose(event.currentTarget.value as ThemeChoice)}
    >
      {THEMES.map(({ choice, title }) => (
        <option key={choice} value={choice}>
          {title}
        </option>
      ))}
    </select>
  );
}
