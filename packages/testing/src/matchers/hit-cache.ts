import { attributeNames as names } from '@tta/obs-context';
import { countText } from '../drawing/count-text.ts';
import { requireName, requireTimes } from './requirement.ts';
import { type Markup, traceTrees } from '../drawing/trace-text.ts';
import type { Trace, TraceEvent, TraceSpan } from '../trace.ts';
import { type Verdict, verdict } from './verdict.ts';
import { noneCalled } from './named-runs.ts';

const isLookUp = ({ name }: TraceEvent): boolean => /^cache\.(hit|stale|miss)$/.test(name);
/** As `cache.hits` counts: what is stale and served all the same is a hit. */
const isHit = ({ name }: TraceEvent): boolean => name === 'cache.hit' || name === 'cache.stale';

/** Whether a cache of a name had what it was asked for: so often in all its runs together, or at least once. */
export function checkHitCache(trace: Trace, name: string, times?: number): Verdict {
  const call = { matcher: 'toHaveHitCache', expected: [name, times] };
  requireName(call.matcher, 'the name of the cache', name);
  requireTimes(call.matcher, times);
  const asked = trace.spans.filter(({ events }) => events.some(isLookUp));
  const caches = asked.filter(({ attributes }) => attributes[names.primitiveName] === name);
  const hits = count(caches, isHit);
  const pass = caches.length > 0 && (times === undefined ? hits > 0 : hits === times);
  const found = (): string => {
    if (caches.length === 0) return noneCalled('cache', name, asked);
    const instead = pass || times === undefined ? '' : `, not ${times}`;
    const askedTimes = countText(count(caches, isLookUp), 'time');
    return `"${name}" was hit ${countText(hits, 'time')}${instead}; it was asked ${askedTimes}.`;
  };
  const markup = (span: TraceSpan): Markup | undefined => {
    if (!asked.includes(span)) return undefined;
    const notes = span.events.filter(isLookUp).map(lookUpText);
    return caches.includes(span) ? { mark: pass ? 'unexpected' : 'different', notes } : { notes };
  };
  return verdict(pass, call, found, () => traceTrees(trace, markup), caches.length === 0);
}

function count(spans: readonly TraceSpan[], what: (event: TraceEvent) => boolean): number {
  return spans.flatMap(({ events }) => events.filter(what)).length;
}

function lookUpText({ name, attributes }: TraceEvent): string {
  const cacheType = attributes[names.cacheType];
  return typeof cacheType === 'string' ? `${name} (${cacheType})` : name;
}
