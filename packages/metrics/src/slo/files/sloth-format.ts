import { eventSelector, type Matchers } from './event-queries.ts';

/** What stands in a file that Sloth reads, whether we write it or read it. */
export const slothVersion = 'prometheus/v1';

/** Key of the alert annotation with all that Sloth has no field for. Prometheus allows no dot in it. */
export const slothAnnotationKey = 'tta_slo';

/** The queries of an SLO; Sloth puts each window in place of `{{.window}}`. */
export function slothQueries(
  name: string,
  matchers?: Matchers,
): { readonly errorQuery: string; readonly totalQuery: string } {
  const rate = (own: Matchers): string => `sum(rate(${eventSelector(own, matchers)}[{{.window}}]))`;
  return {
    errorQuery: rate({ slo_name: name, slo_outcome: 'bad' }),
    totalQuery: rate({ slo_name: name }),
  };
}
