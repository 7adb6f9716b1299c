import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Route } from '../route.ts';

const TITLES: Readonly<Record<Route['view'], string>> = {
  overview: 'Overview',
  traces: 'Traces',
  services: 'Services',
  sessions: 'Sessions',
  config: 'Config',
  trace: 'Trace',
};

/** What a route is of: another one is another place, whatever is adjusted in it. */
export function placeOf(route: Route): string {
  return route.view === 'trace' ? `trace ${route.traceId}` : route.view;
}

/**
 * Going to another view is like loading another page to somebody who does not see it: the page gets its title, and the
 * focus goes to the new view, unless that has put it somewhere itself.
 */
export function useNavigation(route: Route, main: RefObject<HTMLElement>): void {
  const place = placeOf(route);
  const isFirst = useRef(true);
  // Before the effects of the view, which may have a better title.
  useLayoutEffect(() => {
    document.title = `${TITLES[route.view]} · TTA observability`;
  }, [place]);
  useEffect(() => {
    const wasFirst = isFirst.current;
    isFirst.current = false;
    const element = main.current;
    if (wasFirst || element === null || element.contains(document.activeElement)) return;
    element.focus({ preventScroll: true });
  }, [place]);
}

/** The title of the page as text that screen readers read out whenever it changes. */
export function PageTitle() {
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const observer = new MutationObserver(() => {
      if (text.current !== null && text.current.textContent !== document.title)
        text.current.textContent = document.title;
    });
    observer.observe(document.head, { subtree: true, childList: true, characterData: true });
    return () => observer.disconnect();
  }, []);
  return <p ref={text} class="visually-hidden" aria-live="polite" />;
}
