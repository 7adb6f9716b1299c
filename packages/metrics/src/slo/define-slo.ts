import { InvalidOptionError } from '@tta/obs-context';
import { cutText, showValue } from './show-value.ts';
import type { SloDefinition, SloIndicator, SloOptions } from './slo-definition.ts';
import { sloWindowMs } from './slo-window.ts';

const namePattern = /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const shortestWindowMs = 3_600_000;
const longestWindowMs = 366 * 86_400_000;
const longestDescription = 1050;

/**
 * Checks an SLO and fills its defaults in. What it returns may be given to it again.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) that names the SLO, the field and what to give.
 */
export function defineSlo(options: SloOptions): SloDefinition {
  if (typeof options !== 'object' || options === null)
    throw new InvalidOptionError(
      `an SLO is ${showValue(options)}; give an object with name, objective and indicator`,
    );
  const { name, description, objective, window = '30d', selection = {}, indicator, alerting = {} } = options;
  if (typeof name !== 'string' || !namePattern.test(name))
    throw new InvalidOptionError(
      `the name of an SLO is ${showValue(name)}; give 1 to 63 letters, digits, "-", "_" and ".", the first and the last a letter or a digit`,
    );
  const refuse = (field: string, value: unknown, advice: string): never => {
    throw new InvalidOptionError(`SLO "${name}": ${field} is ${showValue(value)}; ${advice}`);
  };
  const onlyFields = (field: string, value: unknown, known: readonly string[]): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      refuse(field, value, `give an object with ${known.join(', ')}`);
    for (const key of Object.keys(value as object))
      if (!known.includes(key))
        refuse(field, value, `it has no field "${cutText(key)}", only ${known.join(', ')}`);
  };
  onlyFields('the definition', options, definitionFields);
  if (
    description !== undefined &&
    (typeof description !== 'string' || description === '' || description.length > longestDescription)
  )
    refuse('description', description, `give a text of 1 to ${longestDescription} characters, or none`);
  if (typeof objective !== 'number' || !(keptObjective(objective) > 0 && keptObjective(objective) < 1))
    refuse('objective', objective, 'give a share between 0 and 1 without either, such as 0.999');
  const windowMs = typeof window === 'string' ? sloWindowMs(window) : undefined;
  if (windowMs === undefined || windowMs < shortestWindowMs || windowMs > longestWindowMs)
    refuse('window', window, 'give a whole number with m, h, d or w, from "1h" to "366d", such as "30d"');
  onlyFields('selection', selection, ['primitiveName', 'primitiveType', 'workflowName']);
  for (const [field, value] of Object.entries(selection as Readonly<Record<string, unknown>>))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      refuse(`selection.${field}`, value, 'give a name that is not empty, or leave it out');
  const alerts = alerting === false ? { page: false, ticket: false } : alerting;
  onlyFields('alerting', alerts, ['page', 'ticket', 'minEvents']);
  const { page = true, ticket = true, minEvents = 10 } = alerts;
  for (const [field, value] of Object.entries({ page, ticket }))
    if (typeof value !== 'boolean') refuse(`alerting.${field}`, value, 'give true or false');
  if (!Number.isSafeInteger(minEvents) || minEvents < 1)
    refuse('alerting.minEvents', minEvents, 'give a whole number from 1 on');
  return {
    name,
    ...(description === undefined ? {} : { description }),
    objective: keptObjective(objective),
    window,
    selection: {
      ...(selection.primitiveName === undefined ? {} : { primitiveName: selection.primitiveName }),
      ...(selection.primitiveType === undefined ? {} : { primitiveType: selection.primitiveType }),
      ...(selection.workflowName === undefined ? {} : { workflowName: selection.workflowName }),
    },
    indicator: checkedIndicator(indicator, refuse, onlyFields),
    alerting: { page, ticket, minEvents },
  };
}

const definitionFields = [
  'name',
  'description',
  'objective',
  'window',
  'selection',
  'indicator',
  'alerting',
] as const;

function checkedIndicator(
  indicator: SloIndicator,
  refuse: (field: string, value: unknown, advice: string) => never,
  onlyFields: (field: string, value: unknown, known: readonly string[]) => void,
): SloIndicator {
  const limit = (field: string, value: unknown, unit: string): number =>
    typeof value === 'number' && value > 0 && value < Infinity
      ? value
      : refuse(`indicator.${field}`, value, `give ${unit}, more than 0`);
  const { kind } = Object(indicator) as Partial<SloIndicator>;
  switch (kind) {
    case 'availability':
      onlyFields('indicator', indicator, ['kind']);
      return { kind };
    case 'latency':
      onlyFields('indicator', indicator, ['kind', 'thresholdMs']);
      return {
        kind,
        thresholdMs: limit(
          'thresholdMs',
          (indicator as { thresholdMs?: unknown }).thresholdMs,
          'milliseconds',
        ),
      };
    case 'cost':
      onlyFields('indicator', indicator, ['kind', 'maxUsd']);
      return { kind, maxUsd: limit('maxUsd', (indicator as { maxUsd?: unknown }).maxUsd, 'US dollars') };
    default:
      return refuse(
        'indicator',
        indicator,
        'give { kind: "availability" }, { kind: "latency", thresholdMs } or { kind: "cost", maxUsd }',
      );
  }
}

/** Percentages in files are shifted by two decimals and back; twelve survive that unchanged. */
function keptObjective(objective: number): number {
  return Number(objective.toFixed(12));
}
