import { defineSlo } from '../define-slo.ts';
import type { SloDefinition, SloOptions } from '../slo-definition.ts';
import { checkedMatchers, type Matchers } from './event-queries.ts';
import { writeSloAnnotation } from './slo-annotation.ts';
import { percentOf, requireDistinct, serviceOf, type SloFileOptions } from './slo-file.ts';
import { slothAnnotationKey, slothQueries, slothVersion } from './sloth-format.ts';
import { writeYamlDocuments } from './yaml-documents.ts';

/**
 * Writes SLOs as a file that Sloth makes Prometheus rules from. The queries count `slo_events_total`, which
 * `observeSlos` exports. The period and what makes an execution good are kept in an annotation of the alerts, so
 * that `readSloth` gives back the same definitions; start Sloth with `--default-slo-period` when the period is
 * not 30 days.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when an SLO cannot be, or two have one name.
 */
export function writeSloth(slos: readonly SloOptions[], options: SloFileOptions = {}): string {
  const defined = slos.map(defineSlo);
  requireDistinct(defined);
  const matchers = checkedMatchers(options.matchers);
  return writeYamlDocuments([
    {
      version: slothVersion,
      service: serviceOf(options),
      slos: defined.map((slo) => slothSlo(slo, matchers)),
    },
  ]);
}

function slothSlo(slo: SloDefinition, matchers: Matchers): object {
  const { errorQuery, totalQuery } = slothQueries(slo.name, matchers);
  const { page, ticket } = slo.alerting;
  return {
    name: slo.name,
    objective: percentOf(slo.objective),
    ...(slo.description === undefined ? {} : { description: slo.description }),
    sli: { events: { error_query: errorQuery, total_query: totalQuery } },
    alerting: {
      name: 'SloErrorBudgetBurn',
      annotations: { [slothAnnotationKey]: writeSloAnnotation(slo, { window: slo.window }) },
      ...(page ? {} : { page_alert: { disable: true } }),
      ...(ticket ? {} : { ticket_alert: { disable: true } }),
    },
  };
}
