import type { Attributes } from '@opentelemetry/api';

/** A metric that has more label sets than it may. */
export interface CardinalityOverflow {
  /** Name of the metric: `primitive.execution.count`. */
  readonly metric: string;
  /** Label sets that a metric may have, the one for all others counted. */
  readonly limit: number;
  /** The label with the most different values. */
  readonly label: string;
  /** How many different values of the label are told apart. */
  readonly distinctValues: number;
  /** What a value looks like, `a` for each letter and `9` for each digit: `aaaa-9999`. Never a value itself. */
  readonly shape: string;
  /** One line that says all of this and what to do. */
  readonly message: string;
}

/** Characters of a value whose shape is told. */
const shapeLength = 12;

/** Looks for the label that is to blame. */
export function describeOverflow(
  metric: string,
  limit: number,
  labelSets: readonly Attributes[],
): CardinalityOverflow {
  const valuesOf = new Map<string, Set<unknown>>();
  for (const labels of labelSets) {
    for (const [name, value] of Object.entries(labels)) {
      const values = valuesOf.get(name) ?? new Set();
      valuesOf.set(name, values.add(Array.isArray(value) ? JSON.stringify(value) : value));
    }
  }
  let label = '';
  let most: ReadonlySet<unknown> = new Set();
  for (const [name, values] of valuesOf) if (values.size > most.size) [label, most] = [name, values];
  const [example] = most;
  const shape = shapeOf(String(example));
  const distinctValues = most.size;
  const message =
    `${metric} has reached the limit of ${limit} label sets; the label "${label}" alone has ` +
    `${distinctValues.toLocaleString('en')} values (such as ${shape}): leave it out or bound it. ` +
    'Further label sets are counted together as otel.metric.overflow.';
  return { metric, limit, label, distinctValues, shape, message };
}

function shapeOf(value: string): string {
  const shape = value
    .slice(0, shapeLength)
    .replaceAll(/\p{Lu}/gu, 'A')
    .replaceAll(/[^\P{L}A]/gu, 'a')
    .replaceAll(/\p{N}/gu, '9')
    .replaceAll(/[^aA9._:/@-]/g, '_');
  return value.length > shapeLength ? `${shape}…` : shape;
}
