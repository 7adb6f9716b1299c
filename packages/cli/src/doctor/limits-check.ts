import { spanText, type DroppedCounts, type Evidence, type StoredSpan } from './evidence.ts';
import { counted, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';

interface Limit {
  readonly kind: keyof DroppedCounts;
  readonly nouns: string;
  readonly variable: string;
}

const LIMITS: readonly Limit[] = [
  { kind: 'attributes', nouns: 'attributes', variable: 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT' },
  { kind: 'events', nouns: 'events', variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT' },
  { kind: 'eventAttributes', nouns: 'attributes of an event', variable: 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT' },
  { kind: 'links', nouns: 'links', variable: 'OTEL_SPAN_LINK_COUNT_LIMIT' },
  { kind: 'linkAttributes', nouns: 'attributes of a link', variable: 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT' },
];

/** What SDKs keep of each kind unless told otherwise. */
const USUAL_LIMIT = 128;

/** Spans of which the limits of their SDK have left something out. */
export function checkLimits({ traces }: Evidence): readonly Finding[] {
  const spans = traces.flatMap((trace) => trace.spans);
  return LIMITS.flatMap((limit) => {
    const cut = spans.filter(({ dropped }) => dropped[limit.kind] > 0);
    const services = groupBy(cut, ({ origin }) => origin.serviceName);
    return [...services.values()].map((ofService) => finding(ofService, limit));
  });
}

function finding(spans: readonly [StoredSpan, ...StoredSpan[]], { kind, nouns, variable }: Limit): Finding {
  const most = spans.reduce((worst, span) => (span.dropped[kind] > worst.dropped[kind] ? span : worst));
  const count = most.dropped[kind];
  return {
    check: 'limits',
    what: `The SDK of "${most.origin.serviceName}" has left ${nouns} out of ${counted(spans.length, 'span')}: its limit is too low.`,
    evidence: [`${spanText(most)}, scope "${most.scopeName}", lacks ${count} ${nouns}`],
    mend: [
      `# in the environment of "${most.origin.serviceName}", unless its code sets the limit:`,
      `export ${variable}=${2 ** Math.ceil(Math.log2(USUAL_LIMIT + count))}`,
    ],
  };
}
