import { InvalidOptionError } from '@tta/obs-context';
import { showValue } from '../show-value.ts';
import { type LabelMatcher, parseCountQuery, UnreadableQueryError } from './count-query.ts';

/** Label matchers of a written query, beside those of the SLO. */
export type Matchers = Readonly<Record<string, string>>;

/**
 * A selector of `slo_events_total`.
 *
 * @param own - Which SLO and outcome, in label names that matchers may not have.
 */
export function eventSelector(own: Matchers, matchers: Matchers = {}): string {
  return `slo_events_total{${matcherTexts({ ...matchers, ...own }).join(',')}}`;
}

function matcherTexts(matchers: Matchers): string[] {
  return Object.entries(matchers).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
}

/**
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when one is no label of Prometheus or its value no text that
 * both formats carry.
 */
export function checkedMatchers(matchers: Matchers = {}): Matchers {
  for (const [label, value] of Object.entries(matchers)) {
    if (!/^[A-Za-z_]\w*$/.test(label) || label === 'slo_name' || label === 'slo_outcome')
      throw new InvalidOptionError(
        `matchers has ${showValue(label)}; give names of labels, such as "job", that are not the SLO's own`,
      );
    if (typeof value !== 'string' || value === '' || value.includes('{{'))
      throw new InvalidOptionError(
        `matchers.${label} is ${showValue(value)}; give a text that is not empty and has no "{{" in it`,
      );
  }
  return matchers;
}

/**
 * The matchers that written queries carry beside the SLO's own, each as it stands there.
 *
 * @param write - Writes the queries with matchers, as they were written.
 * @returns undefined when these are not the queries that `write` makes.
 */
export function matchersOfWritten(
  found: readonly unknown[],
  write: (matchers: Matchers) => readonly string[],
): readonly string[] | undefined {
  const matchers = Object.fromEntries(
    matchersOf(found[0])
      .filter(({ label }) => label !== 'slo_name' && label !== 'slo_outcome')
      .map(({ label, value }) => [label, value]),
  );
  const same = write(matchers).every((query, index) => isSameQuery(found[index], query));
  return same ? matcherTexts(matchers) : undefined;
}

/** What to tell of matchers, which a tracker does not have. */
export function matchersRemark(matchers: readonly string[]): string {
  return `matches ${matchers.join(', ')}; here the executions of this process count`;
}

function matchersOf(query: unknown): readonly LabelMatcher[] {
  try {
    return typeof query === 'string' ? (parseCountQuery(query).terms[0]?.matchers ?? []) : [];
  } catch (fault) {
    if (fault instanceof UnreadableQueryError) return [];
    throw fault;
  }
}

/** Spaces make no other query. */
function isSameQuery(found: unknown, written: string): boolean {
  const spaces = /\s/g;
  return typeof found === 'string' && found.replaceAll(spaces, '') === written.replaceAll(spaces, '');
}
