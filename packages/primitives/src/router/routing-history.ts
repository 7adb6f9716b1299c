import { stateKey, type WorkflowContext } from '@tta/obs-context';

/**
 * Why a route was taken.
 *
 * - `select`: the function said so.
 * - `invalid_route`: the function named no route of the router, and the default stood in.
 * - `select_failed`: the function failed, and the default stood in.
 * - `cheapest`, `fastest`, `least_errors`: it is the best by that strategy.
 * - `explore`: nothing is known of it yet.
 * - `default`: nothing tells the routes apart.
 * - `tier`: the run asked for a tier, and the route that the function named is of another.
 * - `cooling_down`: a better one is cooling down.
 * - `all_cooling_down`: all that the run may take are; it is the one that will be free first.
 */
export type RoutingReason =
  | 'select'
  | 'invalid_route'
  | 'select_failed'
  | 'cheapest'
  | 'fastest'
  | 'least_errors'
  | 'explore'
  | 'default'
  | 'tier'
  | 'cooling_down'
  | 'all_cooling_down';

/** One decision of a router. */
export interface RoutingDecision {
  /** The name of the router. */
  readonly router: string;
  /** The key of the route. */
  readonly route: string;
  readonly reason: RoutingReason;
  /** Whether the default stood in for what `select` could not say, or may not have. */
  readonly usedDefault: boolean;
  /** In milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The latest 100 decisions of all routers of a run, the oldest first: `context.get(routingHistory)`. */
export const routingHistory = stateKey<readonly RoutingDecision[]>('routing_history');

const longestHistory = 100;

export function remember(context: WorkflowContext, decision: RoutingDecision): void {
  const before: unknown = context.get(routingHistory) ?? [];
  // State of another by the same name stays as it is.
  if (!Array.isArray(before)) return;
  context.set(routingHistory, [...before.slice(1 - longestHistory), decision]);
}
