import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import { isAiKey } from '../conventions/may-be-ai.ts';
import { factOf } from './attribute-keys.ts';
import { textAttribute } from './attribute-value.ts';
import { redactAttributes, redactScope, redactText, type Redaction } from './redaction.ts';
import { REDACTED_VALUE } from './secret-redaction.ts';
import { SpanBatchBuilder } from './span-batch-builder.ts';
import type { SpanBatch } from './span-batch.ts';
import { noteException, type SpanFacts } from './span-facts.ts';
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
  let resource = 0;
  for (const [index, group] of groups.entries()) {
    // The groups of one resource follow each other; it may be large, and they may be many.
    if (group.resource !== groups[index - 1]?.resource) resource = addResource(batch, group, redaction);
    addGroup(batch, group, resource, redaction);
  }
  return { ...batch.finish(), rejectedCount, rejectionReason };
}

function addResource(batch: SpanBatchBuilder, group: SpanGroup, redaction: Redaction | null): number {
  const attributes = redactAttributes(group.resource, redaction);
  const resource = batch.addResource();
  const serviceName = textAttribute(attributes, 'service.name') ?? undefined;
  batch.mergeResource(resource, JSON.stringify(attributes), serviceName);
  return resource;
}

function addGroup(
  batch: SpanBatchBuilder,
  group: SpanGroup,
  resource: number,
  redaction: Redaction | null,
): void {
  const scope = batch.addScope();
  const { name, version, attributes } = redactScope(group.scope, redaction);
  batch.mergeScope(scope, { name, version, attributes: JSON.stringify(attributes) });
  for (const span of group.items) addSpan(batch, span, resource, scope, redaction);
}

function addSpan(
  batch: SpanBatchBuilder,
  span: SpanRecord,
  resource: number,
  scope: number,
  redaction: Redaction | null,
): void {
  const redact = (text: string): string => redactText(text, redaction);
  const attributes = redactAttributes(span.attributes, redaction);
  const facts = factsOf(attributes);
  if (Object.keys(attributes).some(isAiKey)) batch.markAi();
  if (span.notTexts !== undefined && span.notTexts.size > 0) batch.leaveOutText();
  const search = (value: AttributeJson): void => searchValues(batch, value, span.notTexts);
  search(attributes);
  batch.document.utf8(JSON.stringify(attributes));
  batch.endPart();
  const events = span.events.map((event) => ({
    attributes: redactAttributes(event.attributes, redaction),
    name: redact(event.name),
    timeUnixNano: String(event.timeUnixNano),
    ...(event.droppedAttributesCount && { droppedAttributesCount: event.droppedAttributesCount }),
  }));
  for (const event of events) {
    search(event.attributes);
    noteException(facts, event.name, factsOf(event.attributes));
  }
  if (events.length > 0) batch.document.utf8(JSON.stringify(events));
  batch.endPart();
  const links = span.links.map((link) => ({
    ...link,
    ...(link.traceState !== undefined && { traceState: redact(link.traceState) }),
    attributes: redactAttributes(link.attributes, redaction),
  }));
  for (const link of links) search(link.attributes);
  if (links.length > 0) batch.document.utf8(JSON.stringify(links));
  batch.endPart();
  batch.add(
    {
      ...span,
      name: redact(span.name),
      statusMessage: redact(span.statusMessage),
      traceState: redact(span.traceState),
      droppedAttributes: span.droppedAttributes ?? 0,
      droppedEvents: span.droppedEvents ?? 0,
      droppedLinks: span.droppedLinks ?? 0,
      facts,
    },
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

function searchValues(batch: SpanBatchBuilder, value: AttributeJson, notTexts?: ReadonlySet<string>): void {
  if (typeof value === 'string') {
    if (value !== REDACTED_VALUE && notTexts?.has(value) !== true) batch.searchableText(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) searchValues(batch, item, notTexts);
  }
}
