/** What stands in a file that Sloth reads, whether we write it or read it. */
export const slothVersion = 'prometheus/v1';

/** Key of the alert annotation with all that Sloth has no field for. Prometheus allows no dot in it. */
export const slothAnnotationKey = 'tta_slo';

/** The queries of an SLO; Sloth puts each window in place of `{{.window}}`. */
export function slothQueries(name: string): { readonly errorQuery: string; readonly totalQuery: string } {
  return {
    errorQuery: `sum(rate(slo_events_total{slo_name="${name}",slo_outcome="bad"}[{{.window}}]))`,
    totalQuery: `sum(rate(slo_events_total{slo_name="${name}"}[{{.window}}]))`,
  };
}
