import { InvalidCompositionError } from '@tta/obs-context';
import {
  type EdgeLabel,
  InstrumentedPrimitive,
  journalOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { NoCaseError } from './no-case-error.ts';

type Step = PrimitiveLike<unknown, unknown>;

/** What a {@link CaseSwitch} is made of. */
export interface CaseSwitchParts {
  /** Kind of primitive: `switch` or `match`. */
  readonly type: string;
  readonly name: string;
  /** Names the case of an input, by its key or a promise of it. */
  readonly select: (input: unknown, scope: RunScope) => unknown;
  /** Why a case is taken, as a decision tells it. */
  readonly reason: string;
  readonly cases: object;
  readonly otherwise: unknown;
}

/** A step, and what is told when it is taken. */
interface Way {
  readonly edge: EdgeLabel;
  readonly step: Step;
  readonly choice: string;
  readonly reason: string;
  readonly index: number;
}

/** Runs the step whose key is selected. */
export class CaseSwitch extends InstrumentedPrimitive<unknown, unknown> {
  readonly #select: CaseSwitchParts['select'];
  /** A map, to which `constructor` and `__proto__` are keys like others. */
  readonly #ways: ReadonlyMap<string, Way>;
  readonly #otherwise: Way | undefined;
  readonly #total: number;

  constructor({ type, name, select, reason, cases, otherwise }: CaseSwitchParts) {
    const ways = Object.entries(cases as Readonly<Record<string, Step>>).map(([key, step], index): Way => ({
      edge: `case_${key}`,
      step,
      choice: key,
      reason,
      index,
    }));
    const rest: Way | undefined =
      otherwise === undefined
        ? undefined
        : {
            edge: 'case_default',
            step: otherwise as Step,
            choice: 'default',
            reason: 'default',
            index: ways.length,
          };
    const children = rest ? [...ways, rest] : ways;
    super({ type, name, children });
    this.#select = select;
    this.#ways = new Map(ways.map((way) => [way.choice, way]));
    this.#otherwise = rest;
    this.#total = children.length;
  }

  protected run(input: unknown, scope: RunScope): Promise<unknown> {
    const journal = journalOf(scope);
    const begun =
      journal &&
      [...this.#ways.values(), this.#otherwise].find(
        (way) => way && journal.progressOf(way.edge) === 'begun',
      );
    // It was selected before the run waited for a decision, and that was told then.
    if (begun) return this.#take(begun, input, scope);
    const key = this.#select(input, scope);
    // Not by `async`, which would cost every run a promise.
    return typeof key === 'object' ? this.#goOnLater(key, input, scope) : this.#goOn(key, input, scope);
  }

  async #goOnLater(key: unknown, input: unknown, scope: RunScope): Promise<unknown> {
    const answer = await key;
    scope.signal.throwIfAborted();
    return this.#goOn(answer, input, scope);
  }

  #goOn(key: unknown, input: unknown, scope: RunScope): Promise<unknown> {
    const way = this.#wayOf(key);
    if (!way) throw new NoCaseError(this.name, key, [...this.#ways.keys()]);
    const { choice, reason } = way;
    scope.record({ type: 'decision', choice, reason, timed: true });
    return this.#take(way, input, scope);
  }

  #take({ edge, step, index }: Way, input: unknown, scope: RunScope): Promise<unknown> {
    return scope.step(edge, step, input, { index, total: this.#total, streamed: true });
  }

  #wayOf(key: unknown): Way | undefined {
    const isKey = typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean';
    return (isKey ? this.#ways.get(String(key)) : undefined) ?? this.#otherwise;
  }
}

/**
 * @param of - Of which function.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without a case, when a step is none, or for a case `default` beside `otherwise`.
 */
export function requireCases(cases: unknown, otherwise: unknown, of: string): void {
  const entries = typeof cases === 'object' && cases !== null ? Object.entries(cases) : [];
  if (entries.length === 0) throw new InvalidCompositionError(`${of} needs at least one case: { key: step }`);
  for (const [key, step] of entries) requireStep(step, `${of}: case "${key}"`);
  if (otherwise === undefined) return;
  requireStep(otherwise, `${of}: otherwise`);
  if (entries.some(([key]) => key === 'default')) {
    throw new InvalidCompositionError(
      `${of}: traces and metrics could not tell case "default" from otherwise; leave one of them out`,
    );
  }
}
