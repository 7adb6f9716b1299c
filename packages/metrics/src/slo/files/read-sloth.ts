import { defineSlo } from '../define-slo.ts';
import type { SloAlerting, SloDefinition } from '../slo-definition.ts';
import { matchersOfWritten, matchersRemark } from './event-queries.ts';
import { FileNode } from './file-node.ts';
import { type IndicatorQueries, readQueryIndicator } from './query-indicator.ts';
import { readSloAnnotation } from './slo-annotation.ts';
import { readable, requireDistinct, shareOf, type SloFile } from './slo-file.ts';
import { slothAnnotationKey, slothQueries, slothVersion } from './sloth-format.ts';
import { readYamlDocuments } from './yaml-documents.ts';

/**
 * Reads the SLOs of a file that Sloth reads, version `prometheus/v1`, with one document or several.
 *
 * What `writeSloth` wrote is read from its annotation, but for what the file itself says: name, objective, description
 * and which alerts are disabled. In other files the queries are recognised: PromQL over
 * `primitive_execution_count_total`, `primitive_execution_duration_bucket` and `primitive_execution_duration_count`.
 * Sloth takes the period from its command line, so it is 30 days here. The service, the alert's name and how long
 * an alert waits (`for`) have no place in an SLO; labels, annotations, plugins and whatever else is not kept is told
 * in `warnings`. An SLO that cannot be read is left out and told in `unreadable`.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when it is no file of Sloth, or two SLOs have one name.
 * @see https://sloth.dev/specs/default/
 */
export function readSloth(text: string): SloFile {
  const slos: SloDefinition[] = [];
  const unreadable: string[] = [];
  const warnings: string[] = [];
  for (const value of readYamlDocuments(text, 'Sloth')) {
    const root = new FileNode(value, 'the Sloth file');
    const version = root.field('version');
    if (version.value !== slothVersion)
      version.refuse(`give ${slothVersion}, the one version that can be read`);
    root.ignore('service');
    for (const entry of root.field('slos').list('give a list of SLOs')) {
      const told: string[] = [];
      const slo = readable(() => {
        const name = entry.peek('name').text('give the SLO a name');
        return readSlo(new FileNode(entry.value, `SLO "${name}"`), name, told);
      }, unreadable);
      if (!slo) continue;
      slos.push(slo);
      warnings.push(...told);
    }
    warnings.push(...root.leftovers());
  }
  if (slos.length + unreadable.length === 0) warnings.push('the Sloth file holds no SLO');
  requireDistinct(slos);
  return { slos, unreadable, warnings };
}

function readSlo(root: FileNode, name: string, warnings: string[]): SloDefinition {
  root.ignore('name');
  const objective = root.field('objective');
  const percent = objective.number('give a percentage between 0 and 100, such as 99.9');
  if (!(percent > 0 && percent < 100)) objective.refuse('give a percentage between 0 and 100, such as 99.9');
  const description = root.field('description');
  const alerting = root.field('alerting');
  const annotation = alerting.field('annotations').field(slothAnnotationKey);
  const base = {
    name,
    objective: shareOf(percent),
    ...(description.isAbsent ? {} : { description: description.text() }),
    alerting: readAlerting(alerting),
  };
  let slo: SloDefinition;
  if (annotation.isAbsent) {
    const { indicator, selection, differences } = readQueryIndicator(queriesOf(root.field('sli')));
    warnings.push(...differences.map((difference) => root.remark(`the query ${difference}`)));
    slo = defineSlo({ ...base, indicator, selection });
  } else {
    const annotated = readSloAnnotation(annotation, warnings);
    slo = defineSlo({ ...base, ...annotated, alerting: { ...annotated.alerting, ...base.alerting } });
    const events = root.field('sli').field('events');
    const found = [events.field('error_query').value, events.field('total_query').value];
    const matchers = matchersOfWritten(found, (all) => Object.values(slothQueries(name, all)));
    if (!matchers)
      warnings.push(
        root.remark(`its sli is not read, the annotation ${slothAnnotationKey} says what is measured`),
      );
    else if (matchers.length > 0) warnings.push(root.remark(`the query ${matchersRemark(matchers)}`));
  }
  warnings.push(...root.leftovers());
  return slo;
}

function queriesOf(sli: FileNode): IndicatorQueries {
  const events = sli.field('events');
  const raw = sli.field('raw');
  if (events.isAbsent === raw.isAbsent)
    return sli.refuse('give either events, with error_query and total_query, or raw, with error_ratio_query');
  return events.isAbsent
    ? { badShare: raw.field('error_ratio_query') }
    : { bad: events.field('error_query'), total: events.field('total_query') };
}

function readAlerting(alerting: FileNode): SloAlerting {
  alerting.ignore('name');
  const page = alerting.field('page_alert');
  const ticket = alerting.field('ticket_alert');
  for (const alert of [page, ticket]) alert.ignore('for');
  return { page: !page.field('disable').flag(), ticket: !ticket.field('disable').flag() };
}
