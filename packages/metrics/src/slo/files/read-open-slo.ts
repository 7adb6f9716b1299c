import { burnRateAlerts } from '../burn-rate-alerts.ts';
import { defineSlo } from '../define-slo.ts';
import type { SloAlerting, SloDefinition } from '../slo-definition.ts';
import type { SloWindow } from '../slo-window.ts';
import { matchersOfWritten, matchersRemark } from './event-queries.ts';
import type { FileNode } from './file-node.ts';
import { readOpenSloAlerting } from './open-slo-alerting.ts';
import { openSloAnnotationKey, openSloQueries } from './open-slo-format.ts';
import { OpenSloObjects } from './open-slo-objects.ts';
import { type IndicatorQueries, readQueryIndicator } from './query-indicator.ts';
import { readSloAnnotation } from './slo-annotation.ts';
import { readable, requireDistinct, shareOf, type SloFile } from './slo-file.ts';
import { readYamlDocuments } from './yaml-documents.ts';

/**
 * Reads the SLOs of an OpenSLO v1 file, with the SLIs, alert policies and alert conditions that they refer to in it,
 * one object a document or several in a list.
 *
 * What `writeOpenSlo` wrote is read from its annotation, but for what the file itself says: objective, period,
 * description and alert policies. In other files the queries of a `ratioMetric` are
 * recognised: PromQL over `primitive_execution_count_total`, `primitive_execution_duration_bucket` and
 * `primitive_execution_duration_count`. Windows have to roll; a month is read as 30 days, a quarter as 90 and a
 * year as 365. An SLO without `alertPolicies` has the usual alerts, one with an empty list has none. Services, names
 * for display, data sources and notification targets have no place in an SLO; whatever else is not kept is told in
 * `warnings`. An SLO that cannot be read is left out and told in `unreadable`.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when it is no file of OpenSLO v1, or two SLOs have one name.
 * @see https://github.com/OpenSLO/OpenSLO
 */
export function readOpenSlo(text: string): SloFile {
  const unreadable: string[] = [];
  const warnings: string[] = [];
  const objects = new OpenSloObjects(readYamlDocuments(text, 'OpenSLO').flat());
  const slos: SloDefinition[] = [];
  const left: string[] = [];
  for (const node of objects.all('SLO')) {
    const told: string[] = [];
    const slo = readable(() => readSlo(node, objects, told), unreadable);
    if (!slo) continue;
    slos.push(slo);
    warnings.push(...told);
    left.push(...node.leftovers());
  }
  warnings.push(...left, ...objects.leftovers());
  if (slos.length + unreadable.length === 0) warnings.push('the OpenSLO file holds no SLO');
  requireDistinct(slos);
  return { slos, unreadable, warnings };
}

function readSlo(root: FileNode, objects: OpenSloObjects, warnings: string[]): SloDefinition {
  const metadata = root.field('metadata');
  const spec = root.field('spec');
  metadata.ignore('displayName');
  spec.ignore('service');
  const method = spec.field('budgetingMethod');
  if (method.value !== 'Occurrences') method.refuse('give Occurrences, the one method that can be read');
  const description = spec.field('description');
  const window = readWindow(spec.field('timeWindow'), warnings);
  const base = {
    name: metadata.field('name').text(),
    objective: readObjective(spec.field('objectives')),
    ...(description.isAbsent ? {} : { description: description.text() }),
    ...(window === undefined ? {} : { window }),
  };
  const annotation = metadata.field('annotations').field(openSloAnnotationKey);
  const queries = queriesOf(spec, objects);
  if (annotation.isAbsent) {
    const { indicator, selection, differences } = readQueryIndicator(queries);
    warnings.push(...differences.map((difference) => root.remark(`the query ${difference}`)));
    const alerting = readOpenSloAlerting(spec.field('alertPolicies'), window ?? '30d', objects, warnings);
    return defineSlo({ ...base, indicator, selection, ...alerting });
  }
  const annotated = defineSlo({ ...base, ...readSloAnnotation(annotation, warnings) });
  const { alerting } = readOpenSloAlerting(spec.field('alertPolicies'), annotated.window, objects, warnings);
  const slo = alerting === undefined ? annotated : withAlerting(annotated, alerting);
  const found = 'good' in queries ? [queries.good.value, queries.total.value] : [];
  const matchers = matchersOfWritten(found, (all) => Object.values(openSloQueries(slo.name, all)));
  if (!matchers)
    warnings.push(
      root.remark(`its queries are not read, the annotation ${openSloAnnotationKey} says what is measured`),
    );
  else if (matchers.length > 0) warnings.push(root.remark(`the query ${matchersRemark(matchers)}`));
  return slo;
}

/** The annotation's word stands for alerts that no file has a policy for, because the period is too short for them. */
function withAlerting(slo: SloDefinition, inFile: false | SloAlerting): SloDefinition {
  const { page = false, ticket = false } = inFile === false ? {} : inFile;
  const severities = new Set(burnRateAlerts(slo.window, slo.objective).map(({ severity }) => severity));
  return {
    ...slo,
    alerting: {
      ...slo.alerting,
      ...(severities.has('page') ? { page } : {}),
      ...(severities.has('ticket') ? { ticket } : {}),
    },
  };
}

function readObjective(objectives: FileNode): number {
  const [objective, ...others] = objectives.list('give a list with one objective');
  if (!objective || others.length > 0)
    return objectives.refuse('give one objective; make an SLO of each other');
  objective.ignore('displayName');
  const target = objective.field('target');
  const percent = objective.field('targetPercent');
  if (target.isAbsent === percent.isAbsent) return objective.refuse('give either target or targetPercent');
  if (percent.isAbsent) return between(target, 1, 'a share between 0 and 1, such as 0.999');
  return shareOf(between(percent, 100, 'a percentage between 0 and 100, such as 99.9'));
}

function between(node: FileNode, end: number, what: string): number {
  const value = node.number(`give ${what}`);
  return value > 0 && value < end ? value : node.refuse(`give ${what}`);
}

const roundedDays: Readonly<Record<string, number>> = { M: 30, Q: 90, Y: 365 };

function readWindow(windows: FileNode, warnings: string[]): SloWindow | undefined {
  if (windows.isAbsent) return undefined;
  const [window, ...others] = windows.list('give a list with one window');
  if (!window || others.length > 0) return windows.refuse('give one window');
  const calendar = window.field('calendar');
  const rolls = window.field('isRolling');
  if (!calendar.isAbsent) calendar.refuse('remove it and give isRolling: true, because windows roll here');
  if (!rolls.isAbsent && !rolls.flag()) rolls.refuse('give true, because windows roll here');
  const duration = window.field('duration');
  const text = duration.text('give a duration such as 30d');
  const [, amount, unit = ''] = /^([1-9]\d{0,3})([MQY])$/.exec(text) ?? [];
  const days = roundedDays[unit];
  // Any other length is checked with the definition.
  if (days === undefined) return text as SloWindow;
  const rounded = `${Number(amount) * days}d` as const;
  warnings.push(duration.remark(`${text} is read as ${rounded}`));
  return rounded;
}

function queriesOf(spec: FileNode, objects: OpenSloObjects): IndicatorQueries {
  const indicator = objects.indicator(spec);
  const ratio = indicator.field('spec').field('ratioMetric');
  if (ratio.isAbsent)
    return indicator.refuse('give spec.ratioMetric, the one kind of indicator that can be read');
  ratio.ignore('counter');
  const raw = ratio.field('raw');
  if (!raw.isAbsent) {
    const type = ratio.field('rawType');
    if (type.value === 'success') return { goodShare: queryOf(raw) };
    if (type.value === 'failure') return { badShare: queryOf(raw) };
    return type.refuse('give success or failure');
  }
  const good = ratio.field('good');
  const bad = ratio.field('bad');
  if (good.isAbsent === bad.isAbsent) return ratio.refuse('give either good or bad, and total');
  const total = queryOf(ratio.field('total'));
  return bad.isAbsent ? { good: queryOf(good), total } : { bad: queryOf(bad), total };
}

function queryOf(metric: FileNode): FileNode {
  const source = metric.field('metricSource');
  const type = source.field('type');
  source.ignore('metricSourceRef');
  if (!type.isAbsent && String(type.value).toLowerCase() !== 'prometheus')
    type.refuse('give Prometheus, the one source whose queries can be read');
  return source.field('spec').field('query');
}
