import type { ThemeChoice, ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';

const CONNECTION_TEXT = {
  connecting: 'connecting',
  live: 'live',
  waiting: 'reconnecting',
  unreachable: 'service not reachable',
} as const;

export function TopBar({ viewer, theme }: { readonly viewer: Viewer; readonly theme: ThemeSetting }) {
  const connection = viewer.connection.value;
  return (
    <header class="top-bar">
      <a class="brand" href="#/traces">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M2 4h9M5 8h9M5 12h5" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        </svg>
        TTA observability
      </a>
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
      </select>
    </header>
  );
}
