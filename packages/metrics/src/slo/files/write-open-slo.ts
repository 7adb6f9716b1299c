import { type BurnRateAlert, burnRateAlerts } from '../burn-rate-alerts.ts';
import { defineSlo } from '../define-slo.ts';
import type { SloDefinition, SloOptions } from '../slo-definition.ts';
import type { SloWindow } from '../slo-window.ts';
import { checkedMatchers, type Matchers } from './event-queries.ts';
import { openSloAnnotationKey, openSloQueries, openSloVersion } from './open-slo-format.ts';
import { writeSloAnnotation } from './slo-annotation.ts';
import { requireDistinct, serviceOf, type SloFileOptions } from './slo-file.ts';
import { writeYamlDocuments } from './yaml-documents.ts';

/**
 * Writes SLOs as OpenSLO v1: a Service, an AlertPolicy for each burn-rate alert and an SLO with its indicator
 * inline for each definition. The queries count `slo_events_total`, which `observeSlos` exports. What makes an
 * execution good is kept in an annotation, so that `readOpenSlo` gives back the same definitions.
 *
 * OpenSLO's conditions have one window where our alerts have two: the long one is the `lookbackWindow`, and
 * `alertAfter` is as long as the short one.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when an SLO cannot be, or two have one name.
 */
export function writeOpenSlo(slos: readonly SloOptions[], options: SloFileOptions = {}): string {
  const defined = slos.map(defineSlo);
  requireDistinct(defined);
  const service = serviceOf(options);
  const matchers = checkedMatchers(options.matchers);
  const policies = new Map<string, object>();
  const names = new Set<string>();
  const documents = defined.map((slo) => {
    const alerts = burnRateAlerts(slo.window, slo.objective).filter(({ severity }) => slo.alerting[severity]);
    for (const alert of alerts) policies.set(policyName(slo.window, alert), alertPolicy(slo.window, alert));
    return sloDocument(slo, {
      service,
      matchers,
      name: freeName(slo.name, names),
      policies: alerts.map((alert) => policyName(slo.window, alert)),
    });
  });
  return writeYamlDocuments([
    { apiVersion: openSloVersion, kind: 'Service', metadata: { name: service }, spec: {} },
    ...policies.values(),
    ...documents,
  ]);
}

/** OpenSLO's names have lower-case letters, digits and `-` only; ours travels in the annotation where it differs. */
function freeName(name: string, taken: Set<string>): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
  let free = plain;
  for (let number = 2; taken.has(free); number++) free = `${plain.slice(0, 58)}-${number}`;
  taken.add(free);
  return free;
}

function policyName(period: SloWindow, { severity, longWindow }: BurnRateAlert): string {
  return `burn-rate-${period}-${severity}-${longWindow}`;
}

function alertPolicy(period: SloWindow, alert: BurnRateAlert): object {
  const { severity, budgetShare, longWindow, shortWindow, threshold } = alert;
  const name = policyName(period, alert);
  return {
    apiVersion: openSloVersion,
    kind: 'AlertPolicy',
    metadata: { name },
    spec: {
      description: `${budgetShare * 100} % of the error budget of ${period} burnt in ${longWindow}, and still burning over ${shortWindow}`,
      alertWhenBreaching: true,
      alertWhenResolved: true,
      alertWhenNoData: false,
      conditions: [
        {
          kind: 'AlertCondition',
          metadata: { name },
          spec: {
            severity,
            condition: {
              kind: 'burnrate',
              op: 'gt',
              threshold,
              lookbackWindow: longWindow,
              alertAfter: shortWindow,
            },
          },
        },
      ],
      notificationTargets: [],
    },
  };
}

function sloDocument(
  slo: SloDefinition,
  file: {
    readonly service: string;
    readonly matchers: Matchers;
    readonly name: string;
    readonly policies: readonly string[];
  },
): object {
  const { good, total } = openSloQueries(slo.name, file.matchers);
  const metric = (query: string): object => ({ metricSource: { type: 'Prometheus', spec: { query } } });
  const ownName = file.name === slo.name ? {} : { name: slo.name };
  return {
    apiVersion: openSloVersion,
    kind: 'SLO',
    metadata: {
      name: file.name,
      displayName: slo.name,
      annotations: { [openSloAnnotationKey]: writeSloAnnotation(slo, ownName) },
    },
    spec: {
      ...(slo.description === undefined ? {} : { description: slo.description }),
      service: file.service,
      indicator: {
        metadata: { name: file.name },
        spec: { ratioMetric: { counter: true, good: metric(good), total: metric(total) } },
      },
      timeWindow: [{ duration: slo.window, isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ displayName: slo.name, target: slo.objective }],
      alertPolicies: file.policies.map((alertPolicyRef) => ({ alertPolicyRef })),
    },
  };
}
