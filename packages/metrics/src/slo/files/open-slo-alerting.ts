import type { SloAlerting } from '../slo-definition.ts';
import type { SloWindow } from '../slo-window.ts';
import type { FileNode } from './file-node.ts';
import { isOurCondition } from './open-slo-format.ts';
import type { OpenSloObjects } from './open-slo-objects.ts';

/**
 * Which alerts the policies of an SLO ask for. Their conditions say when to page and when to open a ticket; the
 * windows and thresholds are ours, so a condition with others is told in the warnings.
 */
export function readOpenSloAlerting(
  list: FileNode,
  period: SloWindow,
  objects: OpenSloObjects,
  warnings: string[],
): { readonly alerting?: false | SloAlerting } {
  if (list.isAbsent) return {};
  if (Array.isArray(list.value) && list.value.length === 0) return { alerting: false };
  const severities = new Set(
    objects.policies(list, warnings).map((policy) => readPolicy(policy, period, objects, warnings)),
  );
  if (severities.size === 0 || severities.has(undefined)) return {};
  return { alerting: { page: severities.has('page'), ticket: severities.has('ticket') } };
}

function readPolicy(
  policy: FileNode,
  period: SloWindow,
  objects: OpenSloObjects,
  warnings: string[],
): 'page' | 'ticket' | undefined {
  const spec = policy.field('spec');
  policy.ignore('kind');
  policy.field('metadata').ignore('name', 'displayName');
  spec.ignore('description', 'alertWhenBreaching', 'alertWhenResolved', 'notificationTargets');
  if (spec.field('alertWhenNoData').flag())
    warnings.push(spec.field('alertWhenNoData').remark('no alert fires here for want of data'));
  const condition = objects.condition(policy);
  condition.ignore('kind');
  condition.field('metadata').ignore('name', 'displayName');
  const { severity, burn } = readCondition(condition.field('spec'));
  const urgency = severity.text('give page or ticket');
  if (!isOurCondition(period, urgency, burn.value))
    warnings.push(burn.remark('alerts have the windows and thresholds of burnRateAlerts here'));
  if (urgency === 'page' || urgency === 'ticket') return urgency;
  warnings.push(severity.remark(`"${urgency}" is neither page nor ticket, so both stay on`));
  return undefined;
}

function readCondition(spec: FileNode): { readonly severity: FileNode; readonly burn: FileNode } {
  spec.ignore('description');
  const burn = spec.field('condition');
  const kind = burn.field('kind');
  if (!kind.isAbsent && kind.value !== 'burnrate') kind.refuse('give burnrate');
  burn.ignore('op', 'threshold', 'lookbackWindow', 'alertAfter');
  return { severity: spec.field('severity'), burn };
}
