import {
  attributeNames as names,
  type Clock,
  classifyError,
  InvalidCompositionError,
} from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  isSuspension,
  journalOf,
  onAbort,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import {
  requireAtLeast,
  requireOneOf,
  requirePositive,
  requirePositiveInteger,
} from '../internal/requirements.ts';
import type { AnyStep, ChunkOf, OutputOf, SharedInput } from '../step-types.ts';
import { textOf } from './no-route-error.ts';
import { type Plan, planBySelect, planByStrategy, planOfRest, type Select } from './plan.ts';
import type { RouteStrategy } from './ranking.ts';
import { RouteTable } from './route-table.ts';
import { type EndRun, Route, type RouteProfile, type RouteStats } from './route.ts';
import { remember, type RoutingReason } from './routing-history.ts';
import { SampleWindow } from './sample-window.ts';

/** Routes by their keys. */
type Routes = Readonly<Record<string, AnyStep>>;

/** Which runs of its routes a router goes by. */
export interface RouterWindow {
  /** How many runs of each route at most. @defaultValue 100 */
  readonly samples?: number;
  /** How long ago they may have ended, in milliseconds. @defaultValue 300000 */
  readonly ms?: number;
}

/** Where a router sends its runs, and by what it chooses: `K` are the keys that its function may name. */
export interface RouterOptions<R extends Routes, K extends keyof R & string = keyof R & string> {
  /** The steps that it chooses from, by their keys. All get the same input. */
  readonly routes: R;
  /**
   * A function that names the route, also later; or what the router goes by itself: `cheapest` by
   * what runs cost, `fastest` by how long an answer took (its readers' time
   * aside), `least-errors` by the share of runs that failed.
   */
  readonly select: RouteStrategy | ((input: SharedInput<R>, scope: RunScope) => K | PromiseLike<K>);
  /**
   * Stands in where the function names no route of the router, fails, or names one that is cooling down.
   * With a strategy it is the first among equals.
   */
  readonly default?: NoInfer<keyof R & string>;
  /** What is known about routes before they run. */
  readonly profile?: { readonly [Key in NoInfer<keyof R & string>]?: RouteProfile };
  /** Which runs count. @defaultValue the latest 100 of each route in the last 5 minutes */
  readonly window?: RouterWindow;
  /**
   * How long a route is left out that refused a run because of a rate limit (HTTP status 429), in
   * milliseconds; longer, but 10 minutes at most, where it asks for more (`Retry-After`).
   *
   * @defaultValue 30000
   */
  readonly cooldownMs?: number;
  /** @defaultValue 'router' */
  readonly name?: string;
}

/** Longest wait that a route may ask for: one that is never tried again is none. */
const longestAskedMs = 600_000;

/** Sends each run to one of its routes; see {@link router}. */
export class Router<in I, out O, K extends string, out Chunk = unknown> extends InstrumentedPrimitive<
  I,
  O,
  Chunk
> {
  readonly #table: RouteTable;
  readonly #select: RouteStrategy | Select;
  readonly #cooldownMs: number;
  /** That of the latest run. */
  #clock: Clock | undefined;
  /** Watches the latest run for its abort, where it has not ended. */
  #watchLatest: (() => void) | undefined;

  /** @internal */
  constructor(table: RouteTable, { select, cooldownMs = 30_000, name = 'router' }: RouterOptions<Routes>) {
    const children = table.inOrder.map(({ key, step }) => ({ edge: `route_${key}` as const, step }));
    super({ type: 'router', name, children });
    this.#table = table;
    this.#select = select as RouteStrategy | Select;
    this.#cooldownMs = cooldownMs;
  }

  /** What the router knows of its routes now. */
  stats(): Readonly<Record<K, RouteStats>> {
    this.#watchLatest?.();
    const nowMs = this.#clock?.monotonic() ?? 0;
    const stats = this.#table.inOrder.map((route) => [route.key, route.stats(nowMs)] as const);
    return Object.fromEntries(stats) as Record<K, RouteStats>;
  }

  protected async run(input: I, scope: RunScope): Promise<O> {
    const { clock } = scope;
    this.#clock = clock;
    this.#watchLatest?.();
    const select = this.#select;
    const journal = journalOf(scope);
    const progressOf = ({ key }: Route): unknown => journal?.progressOf(`route_${key}`);
    const begun = this.#table.inOrder.find((route) => progressOf(route) === 'begun');
    const plan = begun
      ? planOfRest(begun, select, this.#table, (route) => progressOf(route) === 'ended', scope)
      : typeof select === 'function'
        ? await planBySelect(select, input, this.name, this.#table, scope)
        : planByStrategy(select, this.#table, scope);
    let { routes, reason } = plan;
    for (;;) {
      const beganAtMs = clock.monotonic();
      // What it had begun before it waited was chosen and told then.
      const isRest = begun !== undefined && routes === plan.routes;
      const route = isRest ? begun : freeFirst(routes, beganAtMs);
      // Where there is no other, it is taken for the reason that it was taken for anyway.
      if (route.coolingMs(beganAtMs) > 0 && routes.length > 1) reason = 'all_cooling_down';
      else if (route !== routes[0]) reason = 'cooling_down';
      // Before any further decision, a route has run.
      const isTimed = routes === plan.routes && typeof select === 'function';
      const spentBeforeUsd = scope.spentUsd;
      const spentUsd = (): number | undefined => {
        const spent = scope.spentUsd;
        // Nothing was told, or by others before: a route that is free says 0.
        return spent === undefined || spent === spentBeforeUsd ? undefined : spent - (spentBeforeUsd ?? 0);
      };
      const isCancelled = (): boolean => scope.isCancellable && scope.signal.aborted;
      const readBeforeMs = scope.readerWaitMs;
      const endRun = route.begin(beganAtMs);
      const end = (how: Parameters<EndRun>[0], endedAtMs: number): void =>
        // How long all of it took, and what it cost, is not known.
        endRun(isRest ? 'refused' : how, {
          endedAtMs,
          readerWaitMs: scope.readerWaitMs - readBeforeMs,
          costUsd: spentUsd(),
        });
      const cancel = (): void => {
        const isLate = classifyError(scope.signal.reason, clock).category === 'timeout';
        end(isLate ? 'failed' : 'cancelled', clock.monotonic());
      };
      // The route may not heed its signal, and come to no end. To listen costs as much as all else that a router does,
      // so that it is done when it can matter: when the next run begins before this one has ended.
      let unfollow: (() => void) | undefined;
      const watch = (): void => {
        if (isCancelled()) cancel();
        else if (scope.isCancellable) unfollow ??= onAbort(scope.signal, cancel);
      };
      // Another may have begun while this one selected.
      this.#watchLatest?.();
      this.#watchLatest = watch;
      try {
        if (!isRest) this.#tell(route, reason, plan, isTimed, scope);
        const output = await scope.step(`route_${route.key}`, route.step, input, {
          index: route.index,
          total: this.#table.keys.length,
          streamed: true,
        });
        if (isCancelled()) {
          cancel();
          return output as O;
        }
        const endedAtMs = clock.monotonic();
        end('answered', endedAtMs);
        const savedUsd = this.#table.savedUsd(route, endedAtMs);
        if (savedUsd > 0) scope.cost(savedUsd, 'saved');
        return output as O;
      } catch (error) {
        if (isCancelled()) {
          cancel();
          throw error;
        }
        const nowMs = clock.monotonic();
        if (isSuspension(error)) {
          end('cancelled', nowMs);
          throw error;
        }
        const { category, retryAfterMs = 0 } = classifyError(error, clock);
        end(category === 'rate_limit' ? 'refused' : 'failed', nowMs);
        if (category !== 'rate_limit') throw error;
        route.refused(nowMs, Math.max(this.#cooldownMs, Math.min(retryAfterMs, longestAskedMs)));
        const refusal = {
          [names.routeKey]: route.key,
          [names.routeCooldownMs]: Math.round(route.coolingMs(nowMs)),
        };
        scope.event('route.cooldown', refusal);
        // What was refused has had no effect: another route may do it at once.
        routes = routes.filter((other) => other !== route && other.coolingMs(nowMs) === 0);
        if (routes.length === 0) throw error;
        // Whoever reads the stream has a part of this route's answer: that of another is no end to it.
        if (scope.hasEmitted) {
          scope.attr(names.fallbackStopped, 'streamed');
          throw error;
        }
        scope.record({
          type: 'recovery',
          kind: 'fallback',
          error,
          attributes: { ...refusal, [names.fallbackReason]: category },
        });
        // Whoever heard of that may have cancelled the run.
        if (isCancelled()) throw scope.signal.reason;
        reason = 'cooling_down';
      } finally {
        unfollow?.();
        if (this.#watchLatest === watch) this.#watchLatest = undefined;
      }
    }
  }

  #tell(
    { key: route }: Route,
    reason: RoutingReason,
    { standIn }: Plan,
    isTimed: boolean,
    scope: RunScope,
  ): void {
    const usedDefault = route === standIn?.key;
    scope.record({
      type: 'decision',
      choice: route,
      reason,
      ...(isTimed && { timed: true }),
      attributes: {
        [names.routeKey]: route,
        [names.routeUsedDefault]: usedDefault,
        [names.routeAvailableRoutes]: this.#table.keys,
      },
    });
    const at = scope.clock.now();
    remember(scope.context, { router: this.name, route, reason, usedDefault, at });
  }
}

/** The best that is not cooling down; where all are, the one that will be free first. */
function freeFirst(routes: readonly Route[], nowMs: number): Route {
  return routes.reduce((best, route) => (route.coolingMs(nowMs) < best.coolingMs(nowMs) ? route : best));
}

const strategies = ['cheapest', 'fastest', 'least-errors'] as const;
const tiers = ['fast', 'balanced', 'quality'] as const;

/**
 * Sends each run to one of several routes: to the one that a function names, or to the one that is best by
 * what is known of them. A route that refuses a run because of a rate limit is left out for a while, and the
 * run goes to the next best at once, unless a chunk has gone to a reader of its stream; every other failure is thrown: to
 * answer it is a `fallback`'s job.
 *
 * A strategy tries a route of which it knows nothing yet, one run at a time. What it knows it forgets with
 * the window, so that a route which was bad once gets its chance again.
 *
 * @throws The route's own error, untouched; {@link NoRouteError} when the function names no route or fails,
 * and there is no default.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without routes, when a route is no step, when `default` or `profile`
 * names no route, for a `select` that is neither a function nor a strategy, or an option out of range; at
 * construction.
 */
export function router<const R extends Routes, const K extends keyof R & string>(
  options: RouterOptions<R, K>,
): Router<SharedInput<R>, OutputOf<R[keyof R]>, keyof R & string, ChunkOf<R[keyof R]>>;
export function router(options: RouterOptions<Routes>): never {
  // JavaScript may leave anything out.
  const given: Partial<RouterOptions<Routes>> | undefined = options;
  const { routes = {}, select, default: standard, profile = {}, window = {}, cooldownMs } = given ?? {};
  requireObject(routes, 'router: routes');
  const entries = Object.entries(routes);
  if (entries.length === 0) throw new InvalidCompositionError('router needs at least one route');
  for (const [key, step] of entries) requireStep(step, `router: route "${key}"`);
  const requireRoute = (key: unknown, what: string): void => {
    if (typeof key === 'string' && Object.hasOwn(routes, key)) return;
    throw new InvalidCompositionError(
      `${what} ${textOf(key)} is no route; the routes: ${Object.keys(routes).join(', ')}`,
    );
  };
  if (typeof select !== 'function' && !strategies.some((strategy) => strategy === select)) {
    throw new InvalidCompositionError(
      `router: select is ${textOf(select)}; it has to be a function (input, scope) => key, or one of '${strategies.join("', '")}'`,
    );
  }
  if (standard !== undefined) requireRoute(standard, 'router: default');
  requireObject(profile, 'router: profile');
  for (const [key, known = {}] of Object.entries(profile)) {
    requireRoute(key, 'router: the profile of');
    requireObject(known, `router: the profile of "${key}"`);
    const { costUsd, tier } = known;
    if (costUsd !== undefined) requireAtLeast(0, costUsd, `router: costUsd of "${key}"`);
    if (tier !== undefined) requireOneOf(tier, tiers, `router: tier of "${key}"`);
  }
  requireObject(window, 'router: window');
  const { samples = 100, ms = 300_000 } = window;
  requirePositiveInteger(samples, 'router: window.samples');
  requirePositive(ms, 'router: window.ms');
  if (cooldownMs !== undefined) requireAtLeast(0, cooldownMs, 'router: cooldownMs');
  const table = entries.map(([key, step], index) => {
    const known = profile[key] ?? {};
    return new Route(
      key,
      index,
      step as PrimitiveLike<unknown, unknown>,
      known,
      new SampleWindow(samples, ms),
    );
  });
  return new Router(new RouteTable(table, standard), options) as never;
}

function requireObject(value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null) return;
  throw new InvalidCompositionError(`${what} is ${textOf(value)}; it has to be an object`);
}
