import type { ComponentType } from 'preact';
import { useEffect, useReducer } from 'preact/hooks';
import { Loading, Notice } from './notice.tsx';

/** A view whose code is loaded apart from the page. */
export interface DeferredView<Props> {
  readonly View: ComponentType<Props>;
  /** Loads the code before it is needed, once the page is idle: so it is there at once, and also while the service is away. */
  readonly prepare: () => void;
}

/**
 * Leaves the code of a view out of what the page needs to begin.
 *
 * @param what - What is waited for: `the settings`.
 */
export function deferView<Props extends object>(
  what: string,
  load: () => Promise<ComponentType<Props>>,
): DeferredView<Props> {
  let loading: Promise<void> | undefined;
  let loaded: ComponentType<Props> | undefined;
  let hasFailed = false;
  const begin = (): Promise<void> => {
    hasFailed = false;
    return (loading ??= load().then(
      (view) => {
        loaded = view;
      },
      () => {
        loading = undefined;
        hasFailed = true;
      },
    ));
  };
  function View(props: Props) {
    const [, update] = useReducer((turn: number) => turn + 1, 0);
    const wait = (): void => void begin().then(() => update(undefined));
    const drawn = loaded;
    useEffect(() => {
      // It may have come since this was drawn.
      if (drawn === undefined) wait();
    }, []);
    if (loaded !== undefined) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    if (!hasFailed) return <Loading what={what} />;
    return (
      <Notice isView kind="error" title={`Could not load ${what}`} onRetry={wait}>
        The service is away, or has a newer page by now: then reload this one.
      </Notice>
    );
  }
  return {
    View,
    prepare: () => {
      // A view that says that it could not be loaded is tried again by who looks at it, who hears of the outcome then.
      whenIdle(() => {
        if (!hasFailed) void begin();
      });
    },
  };
}

/** What is being drawn goes first. Safari does not tell when it is done. */
function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 2_000 });
  else setTimeout(run, 200);
}
