import { type Attributes, SpanKind } from '@opentelemetry/api';
import {
  attributeNames as names,
  InvalidCompositionError,
  primitiveSpanName,
  type ToolDefinition,
} from '@tta/obs-context';
import type { EdgePattern, PrimitiveLike, StaticChild, StepFunction } from './run-scope.ts';

/** What identifies a primitive in telemetry. */
export interface UnitDescription {
  /** Kind of primitive, one word: `retry`. */
  readonly type: string;
  /** What a person calls it. @defaultValue the type */
  readonly name?: string;
  /** @defaultValue 'execute' */
  readonly action?: string;
  /** Of its span: `CLIENT` where it calls a model or another service. @defaultValue `INTERNAL` */
  readonly kind?: SpanKind;
  /** Further attributes of each of its spans, which samplers see as well. @defaultValue none */
  readonly attributes?: Readonly<Attributes>;
  /** What it may run, for {@link Unit.children}. @defaultValue nothing */
  readonly children?: readonly StaticChild[];
  /** What a model that may call it is told of it. @defaultValue it is no tool */
  readonly tool?: ToolDefinition | undefined;
}

/** A primitive as the emission point runs it: its names, worked out once, and its body. */
export interface Unit<in I, out O, out Chunk = unknown> {
  readonly type: string;
  readonly name: string;
  readonly action: string;
  readonly spanName: string;
  readonly kind: SpanKind;
  /** Attributes of every span of this unit. */
  readonly attributes: Readonly<Attributes>;
  /** All that it can run, in the order in which it is declared: the static graph. */
  readonly children: readonly StaticChild[];
  /** Of a tool: what a model is told of it. */
  readonly tool: ToolDefinition | undefined;
  readonly body: StepFunction<I, O, Chunk>;
}

/** Where a primitive keeps its {@link Unit}; shared by all copies of this package in one process. */
export const unit: unique symbol = Symbol.for('@tta/obs/unit') as never;

export function createUnit<I, O, Chunk = never>(
  description: UnitDescription,
  body: StepFunction<I, O, Chunk>,
): Unit<I, O, Chunk> {
  const { type, action = 'execute', kind = SpanKind.INTERNAL, children = [], tool } = description;
  const name = description.name || type;
  return {
    type,
    name,
    action,
    spanName: primitiveSpanName(type, action),
    kind,
    attributes: {
      ...description.attributes,
      [names.primitiveName]: name,
      [names.primitiveType]: type,
      [names.primitiveAction]: action,
    },
    children,
    tool,
    body,
  };
}

type AnyUnit = Unit<never, unknown>;
/** Edges that tell one function of a primitive from another; an attempt or an item tells only how often. */
const placed = /^(?:(?:step|branch|case|route|forward|compensate)_|(?:then|else)$)/;

const lambdas = new WeakMap<object, AnyUnit>();

/** The unit of a step. A bare function is a lambda, named after itself or else after its place. */
export function unitOf<I, O, Chunk>(step: PrimitiveLike<I, O, Chunk>, edge: EdgePattern): Unit<I, O, Chunk> {
  if (typeof step !== 'function') return step[unit];
  const name = step.name || (placed.test(edge) ? edge : 'lambda');
  const known = lambdas.get(step) as Unit<I, O, never> | undefined;
  if (known?.name === name) return known;
  const lambda = createUnit({ type: 'lambda', name }, step);
  lambdas.set(step, lambda);
  return lambda;
}

/** Makes a function a step as that unit, under its name; it keeps the number of arguments of `like`. */
export function presentAs<F extends (this: never, ...args: never) => unknown>(
  step: F,
  unit: AnyUnit,
  { length }: { readonly length: number },
): F {
  lambdas.set(step, unit);
  return Object.defineProperties(step, {
    name: { value: unit.name, configurable: true },
    length: { value: length, configurable: true },
  });
}

/** What a person calls a step; `undefined` for a function without a name. */
export function nameOf(step: PrimitiveLike<never, unknown>): string | undefined {
  return (typeof step === 'function' ? step.name : step[unit].name) || undefined;
}

/** Whether a value can be a step. */
export function isStep(value: unknown): value is PrimitiveLike<never, unknown> {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && unit in value;
}

/**
 * @param where - Which argument of which function: `sequential: step 2`.
 * @throws {@link InvalidCompositionError} when `value` can be no step.
 */
export function requireStep(value: unknown, where: string): void {
  if (!isStep(value)) {
    throw new InvalidCompositionError(
      `${where} is ${describe(value)}; a step is a primitive or a function (input, scope) => output`,
    );
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Promise) return 'a promise (pass the function, not its result)';
  return typeof value === 'object' ? 'an object that is no primitive' : `a ${typeof value}`;
}
