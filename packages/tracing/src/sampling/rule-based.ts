import { diag } from '@opentelemetry/api';
import { InvalidOptionError } from '@tta/obs-context';
import { type ComposableSampler, neverIntent, parentOf, requireComposable } from './composable-sampler.ts';
import { compileCondition, describeCondition, type SpanCondition } from './span-condition.ts';

/** Which spans a rule is for, and what decides about them. */
export interface SamplingRule {
  /** Left out, the rule holds for every span. */
  readonly when?: SpanCondition;
  readonly sampler: ComposableSampler;
}

/**
 * Asks the sampler of the first rule that holds; a span that no rule knows is not kept (SDK specification,
 * "ComposableRuleBased"). Inside `parentThreshold` the rules decide where a trace begins and hold for all
 * of it; outside it they can tear a trace apart.
 *
 * A test of an attribute that throws does not hold; it is reported once through OpenTelemetry's `diag`.
 *
 * @example
 * ```ts
 * parentThreshold(
 *   ruleBased([
 *     { when: { name: 'GET /health*' }, sampler: alwaysOff() },
 *     { when: { attributes: { 'workflow.name': 'checkout' } }, sampler: alwaysOn() },
 *     { sampler: probability(0.1) },
 *   ]),
 * );
 * ```
 * @throws InvalidOptionError without rules, or for a condition that could never hold.
 */
export function ruleBased(rules: readonly SamplingRule[]): ComposableSampler {
  if (rules.length === 0)
    throw new InvalidOptionError('ruleBased got no rules; give one, such as { sampler: probability(0.1) }');
  const compiled = rules.map(({ when = {}, sampler }, index) => {
    const where = `rule ${index + 1}`;
    requireComposable(sampler, where);
    return { holds: compileCondition(when, where), sampler, where };
  });
  let hasWarned = false;
  const description = rules.map(
    ({ when = {}, sampler }) => `${describeCondition(when)}: ${sampler.toString()}`,
  );
  return {
    samplingIntent(context, traceId, name, kind, attributes, links) {
      const parent = parentOf(context, traceId);
      for (const { holds, sampler, where } of compiled) {
        let isFound = false;
        try {
          isFound = holds(name, kind, parent, attributes);
        } catch (error) {
          if (!hasWarned) diag.warn(`@tta/obs: the condition of sampling ${where} failed:`, error);
          hasWarned = true;
        }
        if (isFound) return sampler.samplingIntent(context, traceId, name, kind, attributes, links);
      }
      return neverIntent;
    },
    toString: () => `ruleBased(${description.join('; ')})`,
  };
}
