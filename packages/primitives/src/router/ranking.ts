import type { Route } from './route.ts';

/** How a router chooses by what it knows of its routes. */
export type RouteStrategy = 'cheapest' | 'fastest' | 'least-errors';

/** Routes, the best first, and why the first is the best. */
export interface Ranking {
  readonly routes: readonly Route[];
  readonly reason: 'cheapest' | 'fastest' | 'least_errors' | 'explore' | 'default';
}

/** The less the better; `undefined` where nothing is known. */
type Measure = (route: Route, nowMs: number) => number | undefined;

const measures: Readonly<Record<RouteStrategy, Measure>> = {
  cheapest(route, nowMs) {
    const costUsd = route.costUsd(nowMs);
    return costUsd === undefined ? undefined : perAnswer(costUsd, route.window.summary(nowMs).errorRate);
  },
  fastest({ window }, nowMs) {
    const { samples, meanMs, cancelledMs, errorRate } = window.summary(nowMs);
    // A cancelled run would have taken longer, however short it was: its time can only be added to that of others.
    return samples === 0 ? undefined : perAnswer(meanMs + cancelledMs / samples, errorRate);
  },
  'least-errors'({ window }, nowMs) {
    const { samples, errorRate } = window.summary(nowMs);
    return samples === 0 ? undefined : errorRate;
  },
};

/** What an answer takes: of a route half of whose runs fail, two runs. */
function perAnswer(perRun: number, errorRate: number): number {
  return perRun / (1 - errorRate);
}

/** Before all that is known. */
const toExplore = -1;
/** After all that is known. */
const unknown = Number.MAX_VALUE;
/** After all: it does nothing but fail. */
const broken = Number.POSITIVE_INFINITY;

/**
 * Ranks routes by a strategy. One that a run would tell something about comes first, so that it gets known, but one
 * run at a time. Equals keep their order.
 */
export function rank(routes: readonly Route[], strategy: RouteStrategy, nowMs: number): Ranking {
  const measure = measures[strategy];
  const ranked = routes
    .map((route) => {
      if (route.window.summary(nowMs).errorRate === 1) return { route, worth: broken };
      // One that was tried, and told no cost or was cancelled, would not tell more the next time.
      const worth = measure(route, nowMs) ?? (route.isNew(nowMs) ? toExplore : unknown);
      return { route, worth };
    })
    // No difference: that of two infinities is no number.
    .sort((a, b) => (a.worth < b.worth ? -1 : a.worth > b.worth ? 1 : 0));
  return { routes: ranked.map(({ route }) => route), reason: reasonOf(strategy, ranked[0]?.worth) };
}

function reasonOf(strategy: RouteStrategy, best: number | undefined): Ranking['reason'] {
  if (best === toExplore) return 'explore';
  if (best === unknown || best === broken) return 'default';
  return strategy === 'least-errors' ? 'least_errors' : strategy;
}
