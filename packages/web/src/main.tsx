import { effect } from '@preact/signals';
import { options, render } from 'preact';
import { App } from './app.tsx';
import { ServiceClient } from './service/service-client.ts';
import type { Timer } from './service/backoff.ts';
import { Settings } from './settings.ts';
import { ServiceWatch } from './shell/service-watch.ts';
import { ThemeSetting } from './theme.ts';
import { SettingsContext } from './use-settings.tsx';
import { Viewer } from './viewer.ts';
import './styles/tokens.css';
import './styles/page.css';
import './styles/kinds.css';
import './styles/shell.css';
import './styles/commands.css';
import './styles/traces.css';
import './styles/config.css';
import './styles/query-bar.css';
import './styles/rates.css';
import './styles/trace.css';
import './styles/waterfall.css';
import './styles/rows.css';
import './styles/details.css';
import './styles/logs.css';
import './styles/overview.css';
import './styles/run-chart.css';
import './styles/figure-table.css';
import './styles/services.css';
import './styles/sessions.css';
import './styles/json.css';
import './styles/transcript.css';
import './styles/raw.css';

// A burst of messages is one update of the page for each frame, not one for each message.
options.debounceRendering = (update) => void requestAnimationFrame(update);

const timer: Timer = (delayMs, fn) => {
  const id = setTimeout(fn, delayMs);
  return () => clearTimeout(id);
};

// Where storage is forbidden the name alone throws: those who use it know what to do then.
const storage = {
  getItem: (key: string) => localStorage.getItem(key),
  setItem: (key: string, value: string) => localStorage.setItem(key, value),
};
const theme = new ThemeSetting(storage, {
  dark: matchMedia('(prefers-color-scheme: dark)'),
  contrast: matchMedia('(prefers-contrast: more), (forced-colors: active)'),
});
effect(() => {
  document.documentElement.dataset['theme'] = theme.theme.value;
});

const viewer = new Viewer({
  client: new ServiceClient(document.baseURI),
  openSocket: (afterSeq, query) => {
    const url = new URL('ws/traces', document.baseURI);
    if (query !== '') url.searchParams.set('query', query);
    if (afterSeq !== undefined) url.searchParams.set('after', String(afterSeq));
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return new WebSocket(url);
  },
  address: {
    read: () => location.hash,
    write: (hash, how) => {
      if (how === 'push') history.pushState(null, '', hash);
      else history.replaceState(null, '', hash);
    },
    onChange: (listener) => {
      addEventListener('popstate', listener);
      addEventListener('hashchange', listener);
    },
  },
  timer,
  nowMs: () => performance.now(),
});
viewer.start();

const isVisible = (): boolean => document.visibilityState !== 'hidden';
const watch = new ServiceWatch({
  connection: viewer.connection,
  health: () => viewer.client.health(),
  timer,
  nowMs: () => Date.now(),
  isVisible,
  onOtherDatabase: () => viewer.startOver(),
});
watch.start();
document.addEventListener('visibilitychange', () => {
  if (isVisible()) void watch.check();
});

render(
  <SettingsContext.Provider value={new Settings(storage)}>
    <App viewer={viewer} theme={theme} watch={watch} />
  </SettingsContext.Provider>,
  document.getElementById('app') as HTMLElement,
);
