import type { Route } from './route.ts';

/** The routes of a router. */
export class RouteTable {
  /** As they were given. */
  readonly inOrder: readonly Route[];
  readonly keys: string[];
  readonly default: Route | undefined;
  /** Whether a run can ask for a tier at all. */
  readonly hasTiers: boolean;
  /** The default first, the others as they were given: the order of equals. */
  readonly #routes: readonly Route[];

  constructor(given: readonly Route[], defaultKey: string | undefined) {
    this.inOrder = given;
    this.keys = given.map(({ key }) => key);
    this.default = given.find(({ key }) => key === defaultKey);
    this.hasTiers = given.some(({ profile }) => profile.tier !== undefined);
    const others = given.filter((route) => route !== this.default);
    this.#routes = this.default ? [this.default, ...others] : others;
  }

  /** `undefined` for whatever is the key of none. */
  get(key: unknown): Route | undefined {
    return this.#routes.find((route) => route.key === key);
  }

  /** What a run of the dearest route costs more than one of this, in US dollars; 0 where either cost is not known. */
  savedUsd(route: Route, nowMs: number): number {
    const ownUsd = route.costUsd(nowMs);
    if (ownUsd === undefined) return 0;
    return Math.max(...this.#routes.map((other) => (other.costUsd(nowMs) ?? 0) - ownUsd));
  }

  /** Those of a tier, where there are any; else all. */
  ofTier(tier: string | undefined): readonly Route[] {
    if (tier === undefined) return this.#routes;
    const ofTier = this.#routes.filter(({ profile }) => profile.tier === tier);
    return ofTier.length === 0 ? this.#routes : ofTier;
  }
}
