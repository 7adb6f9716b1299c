import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import { setAttribute, type MutableAttributes } from './attribute-value.ts';
import type { ExportGroup, ScopeRecord } from './export-batch.ts';
import type { LogGroup } from './log-batch.ts';
import type { MetricGroup } from './metric-batch.ts';
import { isSecretKey, mayHoldSecret, redactSecrets, REDACTED_VALUE } from './secret-redaction.ts';

/** What is taken out of the texts of a request. Values whose key names a secret go in any case, but for yes and no. */
export interface Redaction {
  /** `null` when the request holds no secret that its form or a name in a text gives away, which is seen faster in all of it at once. */
  readonly text: ((text: string) => string) | null;
}

export function redactionOf(request: Uint8Array): Redaction {
  return { text: mayHoldSecret(request) ? redactSecrets : null };
}

/** The text without its secrets. `null` keeps them. */
export function redactText(text: string, redaction: Redaction | null): string {
  return redaction?.text?.(text) ?? text;
}

/** The attributes without their secrets. `null` keeps them. */
export function redactAttributes(attributes: AttributesJson, redaction: Redaction | null): AttributesJson {
  if (redaction === null) return attributes;
  const redacted: MutableAttributes = {};
  for (const [key, value] of Object.entries(attributes)) {
    const isSecret = isSecretKey(key) && typeof value !== 'boolean' && value !== null;
    setAttribute(
      redacted,
      redactText(key, redaction),
      isSecret ? REDACTED_VALUE : redactValue(value, redaction),
    );
  }
  return redacted;
}

/** A value without its secrets. */
function redactValue(value: AttributeJson, redaction: Redaction): AttributeJson {
  if (typeof value === 'string') return redactText(value, redaction);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: AttributeJson) => redactValue(item, redaction));
  return redactAttributes(value as AttributesJson, redaction);
}

/** The scope without its secrets. `null` keeps them. */
export function redactScope(scope: ScopeRecord, redaction: Redaction | null): ScopeRecord {
  return {
    name: redactText(scope.name, redaction),
    version: redactText(scope.version, redaction),
    attributes: redactAttributes(scope.attributes, redaction),
  };
}

/** The log records without their secrets. */
export function redactLogs(groups: readonly LogGroup[], redaction: Redaction): readonly LogGroup[] {
  return redactGroups(groups, redaction, (record) => ({
    ...record,
    severityText: redactText(record.severityText, redaction),
    eventName: redactText(record.eventName, redaction),
    body: redactValue(record.body, redaction),
    attributes: redactAttributes(record.attributes, redaction),
  }));
}

/** The metrics without their secrets. */
export function redactMetrics(groups: readonly MetricGroup[], redaction: Redaction): readonly MetricGroup[] {
  return redactGroups(groups, redaction, (metric) => ({
    ...metric,
    name: redactText(metric.name, redaction),
    description: redactText(metric.description, redaction),
    unit: redactText(metric.unit, redaction),
    metadata: redactAttributes(metric.metadata, redaction),
    points: metric.points.map((point) => ({
      ...point,
      attributes: redactAttributes(point.attributes, redaction),
      exemplars: point.exemplars.map((exemplar) => ({
        ...exemplar,
        filteredAttributes: redactAttributes(exemplar.filteredAttributes, redaction),
      })),
    })),
  }));
}

function redactGroups<Item>(
  groups: readonly ExportGroup<Item>[],
  redaction: Redaction,
  redactItem: (item: Item) => Item,
): readonly ExportGroup<Item>[] {
  let redacted: AttributesJson = {};
  return groups.map(({ resource, scope, items }, index) => {
    // The groups of one resource follow each other; it may be large, and they may be many.
    if (resource !== groups[index - 1]?.resource) redacted = redactAttributes(resource, redaction);
    return {
      resource: redacted,
      scope: redactScope(scope, redaction),
      items: items.map(redactItem),
    };
  });
}
