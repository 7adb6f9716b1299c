import { attributeNames as names, classifyError } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';
import { NoRouteError } from './no-route-error.ts';
import { rank, type RouteStrategy } from './ranking.ts';
import type { RouteTable } from './route-table.ts';
import type { Route } from './route.ts';
import type { RoutingReason } from './routing-history.ts';

/** Which routes a run may take, the best first, and why that is the best. */
export interface Plan {
  readonly routes: readonly Route[];
  readonly reason: RoutingReason;
  /** The default, where to take it means that it stands in for another. */
  readonly standIn: Route | undefined;
}

/** What names the route of a run; unchecked, for it may be JavaScript, or pass on what a model said. */
export type Select = (input: unknown, scope: RunScope) => unknown;

/** The plan of a strategy. */
export function planByStrategy(strategy: RouteStrategy, table: RouteTable, scope: RunScope): Plan {
  const { routes, reason } = rank(allowed(table, scope), strategy, scope.clock.monotonic());
  const standIn = reason === 'default' ? table.default : undefined;
  return { routes, reason, standIn };
}

/**
 * The plan of a function: the route that it names, then the default.
 *
 * @throws {@link NoRouteError} when it names none or fails, and there is no default.
 */
export async function planBySelect(
  select: Select,
  input: unknown,
  router: string,
  table: RouteTable,
  scope: RunScope,
): Promise<Plan> {
  let said: unknown;
  let failure: { readonly error: unknown } | undefined;
  try {
    said = select(input, scope);
    if (typeof said !== 'string') said = await said;
    // Whoever cancelled the run meanwhile wants no route.
    if (scope.isCancellable) scope.signal.throwIfAborted();
  } catch (error) {
    if (scope.isCancellable && scope.signal.aborted) throw error;
    failure = { error };
  }
  const named = table.get(said);
  const wanted = named ?? table.default;
  if (!wanted) throw new NoRouteError(router, said, table.keys, failure);
  if (failure) {
    const { error } = failure;
    const attributes = { [names.fallbackReason]: classifyError(error, scope.clock).category };
    scope.record({ type: 'recovery', kind: 'fallback', error, attributes });
  }
  const standIn = named === table.default ? undefined : table.default;
  const ofTier = allowed(table, scope);
  // The caller's wish goes before the author's choice.
  if (!ofTier.includes(wanted)) return { routes: ofTier, reason: 'tier', standIn };
  const reason = failure ? 'select_failed' : named ? 'select' : 'invalid_route';
  const routes = ofTier.filter((route) => route === wanted || route === standIn);
  // The default is the first in every order but this.
  return { routes: wanted === standIn ? routes : routes.reverse(), reason, standIn };
}

/**
 * The plan of a run that goes on with a route which it had taken before it waited for a decision: that it is the best is not
 * decided again.
 *
 * @param isTried - Whether the run had tried a route before that one.
 */
export function planOfRest(
  begun: Route,
  strategy: RouteStrategy | Select,
  table: RouteTable,
  isTried: (route: Route) => boolean,
  scope: RunScope,
): Plan {
  const plan: Plan =
    typeof strategy === 'function'
      ? {
          routes: allowed(table, scope).filter((route) => route === table.default),
          reason: 'select',
          standIn: table.default,
        }
      : planByStrategy(strategy, table, scope);
  const others = plan.routes.filter((route) => route !== begun && !isTried(route));
  return { ...plan, routes: [begun, ...others] };
}

function allowed(table: RouteTable, scope: RunScope): ReturnType<RouteTable['ofTier']> {
  // Only where it matters: a context is made when it is first asked for.
  return table.ofTier(table.hasTiers ? scope.context.llmModelTier : undefined);
}
