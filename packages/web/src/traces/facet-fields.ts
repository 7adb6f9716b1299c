import type { QueryFieldName } from '@tta/obs-protocol/query';

/** A field whose values are offered beside the list. */
export interface Facet {
  readonly field: QueryFieldName;
  readonly title: string;
}

/** Those that most runs have first. Of a run itself its status counts: a retried failure is none of the run. */
export const FACETS: readonly Facet[] = [
  { field: 'trace.status', title: 'Status' },
  { field: 'service', title: 'Service' },
  { field: 'primitive', title: 'Primitive' },
  { field: 'model', title: 'Model' },
  { field: 'operation', title: 'AI operation' },
  { field: 'category', title: 'Error category' },
];

/** Lengths of a run; they meet but do not overlap. */
export const DURATIONS: readonly { readonly term: string; readonly title: string }[] = [
  { term: 'trace.duration:<100ms', title: 'under 100 ms' },
  { term: 'trace.duration:100ms..1s', title: '100 ms to 1 s' },
  { term: 'trace.duration:1s..10s', title: '1 s to 10 s' },
  { term: 'trace.duration:>10s', title: 'over 10 s' },
];

export interface FacetValue {
  readonly value: string;
  /** Undefined: it is chosen, but not among the most frequent ones. */
  readonly count: number | undefined;
  readonly isSelected: boolean;
}

/**
 * What a facet shows: the most frequent values, and those that are chosen in any case.
 *
 * @param before - What it has shown: that keeps its place, for counts change all the time.
 */
export function facetValues(
  frequent: readonly { readonly value: string; readonly count: number }[],
  selected: readonly string[],
  before: readonly FacetValue[] = [],
): readonly FacetValue[] {
  const placeOf = ({ value }: { readonly value: string }): number => {
    const place = before.findIndex((shown) => shown.value === value);
    return place === -1 ? before.length : place;
  };
  const known = frequent.toSorted((a, b) => placeOf(a) - placeOf(b));
  const isSelected = (value: string): boolean =>
    selected.some((chosen) => chosen.toLowerCase() === value.toLowerCase());
  const others = selected.filter(
    (chosen) => !known.some(({ value }) => value.toLowerCase() === chosen.toLowerCase()),
  );
  return [
    ...known.map(({ value, count }) => ({ value, count, isSelected: isSelected(value) })),
    ...others.map((value) => ({ value, count: undefined, isSelected: true })),
  ];
}

/** The chosen values with one more, or one less. */
export function toggled(selected: readonly string[], { value, isSelected }: FacetValue): readonly string[] {
  return isSelected
    ? selected.filter((chosen) => chosen.toLowerCase() !== value.toLowerCase())
    : [...selected, value];
}
