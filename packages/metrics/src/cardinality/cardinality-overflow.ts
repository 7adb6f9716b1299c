import type { Attributes } from '@opentelemetry/api';

/** A metric that has more label sets than it may. */
export interface CardinalityOverflow {
  /** Name of the metric: `primitive.execution.count`. */
  readonly metric: string;
  /** Label sets that a metric may have, the one for all others counted. */
  readonly limit: number;
  /** The label with the most different values; empty where it is the names of labels that differ. */
  readonly label: string;
  /** How many different values of the label, or names of labels, are told apart. */
  readonly distinctValues: number;
  /** What such a value or name looks like, `a` for each letter and `9` for each digit: `aaaa-9999`. Never itself. */
  readonly shape: string;
  /** One line that says all of this and what to do. */
  readonly message: string;
}

/** Characters of a value whose shape is told. */
const shapeLength = 12;

/** Looks for what is to blame: one label, or that labels have ever new names. */
export function describeOverflow(
  metric: string,
  limit: number,
  labelSets: readonly Attributes[],
): CardinalityOverflow {
  const valuesOf = new Map<string, Set<unknown>>();
  const setsWith = new Map<string, number>();
  for (const labels of labelSets) {
    for (const [name, value] of Object.entries(labels)) {
      const values = valuesOf.get(name) ?? new Set();
      valuesOf.set(name, values.add(Array.isArray(value) ? JSON.stringify(value) : value));
      setsWith.set(name, (setsWith.get(name) ?? 0) + 1);
    }
  }
  let label = '';
  let most: ReadonlySet<unknown> = new Set();
  for (const [name, values] of valuesOf) if (values.size > most.size) [label, most] = [name, values];
  const unsteady = [...setsWith].filter(([, sets]) => sets < labelSets.length).map(([name]) => name);
  const areNames = unsteady.length > most.size;
  const [example] = areNames ? unsteady : most;
  const shape = shapeOf(String(example));
  const distinctValues = areNames ? unsteady.length : most.size;
  const number = distinctValues.toLocaleString('en');
  const form = `of the form ${shape} (a is a letter, 9 a digit)`;
  const cause = areNames
    ? `its labels have ${number} different names ${form}: give them fixed names.`
    : `the label "${label}" alone has ${number} values ${form}: leave it out or bound it.`;
  const message =
    `${metric} has reached the limit of ${limit} label sets; ${cause} ` +
    'Further label sets are counted together as otel.metric.overflow.';
  return { metric, limit, label: areNames ? '' : label, distinctValues, shape, message };
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
