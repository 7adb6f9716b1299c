import { type ComposableSampler, parentOf, requireComposable } from './composable-sampler.ts';
import { intentOfParent, isSampled } from './parent-threshold.ts';

/** Which sampler decides for which parent. One that is left out follows the parent, threshold included. */
export interface ParentBasedOptions {
  /** Decides where a trace begins. */
  readonly root: ComposableSampler;
  readonly remoteParentSampled?: ComposableSampler;
  readonly remoteParentNotSampled?: ComposableSampler;
  readonly localParentSampled?: ComposableSampler;
  readonly localParentNotSampled?: ComposableSampler;
}

/**
 * Decides by the parent, as OpenTelemetry's `ParentBased` does, within a composition (SDK specification,
 * "ParentBased").
 *
 * What a sampler decides because a parent was or was not sampled has no known share of all traces: those
 * spans carry no `th`, and a `probability` there keeps its share of all trace ids, not of those that reach it.
 */
export function parentBased(options: ParentBasedOptions): ComposableSampler {
  const { root, remoteParentSampled, remoteParentNotSampled, localParentSampled, localParentNotSampled } =
    options;
  requireComposable(root, 'parentBased({ root })');
  const delegates = {
    remoteParentSampled,
    remoteParentNotSampled,
    localParentSampled,
    localParentNotSampled,
  };
  const given = Object.entries(delegates).filter(([, delegate]) => delegate !== undefined);
  for (const [name, delegate] of given)
    requireComposable(delegate as ComposableSampler, `parentBased({ ${name} })`);
  const description = [['root', root] as const, ...given].map(([name, part]) => `${name}: ${String(part)}`);
  return {
    samplingIntent(context, traceId, name, kind, attributes, links) {
      const parent = parentOf(context, traceId);
      if (parent === undefined) return root.samplingIntent(context, traceId, name, kind, attributes, links);
      const [sampled, notSampled] =
        parent.isRemote === true
          ? [remoteParentSampled, remoteParentNotSampled]
          : [localParentSampled, localParentNotSampled];
      const delegate = isSampled(parent) ? sampled : notSampled;
      if (delegate === undefined) return intentOfParent(parent);
      const intent = delegate.samplingIntent(context, traceId, name, kind, attributes, links);
      return { ...intent, adjustedCountReliable: false };
    },
    toString: () => `parentBased({ ${description.join(', ')} })`,
  };
}
