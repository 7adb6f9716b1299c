import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import { factOf } from './attribute-keys.ts';
import { textAttribute } from './attribute-value.ts';
import { redactAttributes, type Redaction } from './redaction.ts';
import { SpanBatchBuilder, type SpanBatch } from './span-batch.ts';
import { noteException, UNKNOWN_SERVICE, type SpanFacts } from './span-facts.ts';
import type { SpanGroup, SpanRecord, TraceBatch } from './trace-batch.ts';

/**
 * Puts spans that were read as objects into columns.
 *
 * @param redaction - `null` keeps secrets.
 */
export function batchOfRecords(
  { groups, rejectedCount, rejectionReason }: TraceBatch,
  redaction: Redaction | null = null,
): SpanBatch {
  const batch = new SpanBatchBuilder();
  for (const group of groups) addGroup(batch, group, redaction);
  return { ...batch.finish(), rejectedCount, rejectionReason };
}

function addGroup(batch: SpanBatchBuilder, group: SpanGroup, redaction: Redaction | null): void {
  const resource = batch.addResource();
  const resourceAttributes = redactAttributes(group.resource, redaction);
  batch.setResource(resource, {
    attributes: JSON.stringify(resourceAttributes),
    serviceName: textAttribute(resourceAttributes, 'service.name') ?? UNKNOWN_SERVICE,
  });
  const scope = batch.addScope();
  const { name, version, attributes } = group.scope;
  batch.setScope(scope, {
    name,
    version,
    attributes: JSON.stringify(redactAttributes(attributes, redaction)),
  });
  for (const span of group.items) addSpan(batch, span, resource, scope, redaction);
}

function addSpan(
  batch: SpanBatchBuilder,
  span: SpanRecord,
  resource: number,
  scope: number,
  redaction: Redaction | null,
): void {
  const redact = redaction?.text ?? ((text: string) => text);
  const attributes = redactAttributes(span.attributes, redaction);
  const facts = factsOf(attributes);
  searchValues(batch, attributes);
  batch.document.utf8(JSON.stringify(attributes));
  batch.endPart();
  const events = span.events.map((event) => ({
    attributes: redactAttributes(event.attributes, redaction),
    name: redact(event.name),
    timeUnixNano: String(event.timeUnixNano),
  }));
  for (const event of events) {
    searchValues(batch, event.attributes);
    noteException(facts, event.name, factsOf(event.attributes));
  }
  if (events.length > 0) batch.document.utf8(JSON.stringify(events));
  batch.endPart();
  const links = span.links.map((link) => ({
    ...link,
    attributes: redactAttributes(link.attributes, redaction),
  }));
  for (const link of links) searchValues(batch, link.attributes);
  if (links.length > 0) batch.document.utf8(JSON.stringify(links));
  batch.endPart();
  batch.add(
    { ...span, name: redact(span.name), statusMessage: redact(span.statusMessage), facts },
    resource,
    scope,
  );
}

function factsOf(attributes: AttributesJson): SpanFacts {
  const facts: SpanFacts = {};
  for (const key of Object.keys(attributes)) {
    const fact = factOf(key);
    const text = fact === null ? null : textAttribute(attributes, key);
    if (fact !== null && text !== null) facts[fact] = text;
  }
  return facts;
}

function searchValues(batch: SpanBatchBuilder, value: AttributeJson): void {
  if (typeof value === 'string') batch.searchableText(value);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) searchValues(batch, item);
  }
}
