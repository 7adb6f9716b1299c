import type { Attributes } from '@opentelemetry/api';
import { type ComposableSampler, requireComposable } from './composable-sampler.ts';

/**
 * Puts attributes on the spans that a sampler keeps, e.g. which rule kept them; they win over the sampler's
 * own (SDK specification, "ComposableAnnotating").
 */
export function annotating(attributes: Attributes, sampler: ComposableSampler): ComposableSampler {
  requireComposable(sampler, 'annotating');
  const own: Attributes = Object.freeze({ ...attributes });
  return {
    samplingIntent(context, traceId, name, kind, spanAttributes, links) {
      const intent = sampler.samplingIntent(context, traceId, name, kind, spanAttributes, links);
      return { ...intent, attributes: intent.attributes ? { ...intent.attributes, ...own } : own };
    },
    toString: () => `annotating(${Object.keys(own).join(', ')}: ${sampler.toString()})`,
  };
}
