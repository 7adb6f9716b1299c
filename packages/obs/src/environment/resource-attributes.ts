import { entityAttributes } from './entities.ts';
import { isComplete, keyValues } from './key-values.ts';
import type { Variables } from './variables.ts';

export interface ResourceSettings {
  readonly serviceName: string | undefined;
  /** All others, by name. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_ENTITIES`: in this order, the earlier wins. */
export function readResource(variables: Variables): ResourceSettings {
  const { 'service.name': nameAmongThem, ...attributes } = {
    ...withoutBlankNames(entityAttributes(variables)),
    ...withoutBlankNames(plainAttributes(variables)),
  };
  return { serviceName: variables.text('OTEL_SERVICE_NAME') ?? nameAmongThem, attributes };
}

/** The semantic conventions ask for names that tell services and their instances apart: an empty one does not. */
function withoutBlankNames(attributes: Record<string, string>): Record<string, string> {
  const isName = (key: string): boolean => key === 'service.name' || key === 'service.instance.id';
  return Object.fromEntries(
    Object.entries(attributes).filter(([key, value]) => !isName(key) || value.trim() !== ''),
  );
}

/**
 * Percent-encoded, also each `,` and `=` that is none of the list's; with one error all of it is left out
 * (resource SDK specification, "Specifying resource information via an environment variable").
 */
function plainAttributes(variables: Variables): Record<string, string> {
  const name = 'OTEL_RESOURCE_ATTRIBUTES';
  const text = variables.text(name) ?? '';
  const entries = keyValues(text);
  const isStrict = text.split(',').every((entry) => entry.split('=').length <= 2);
  if (isStrict && isComplete(entries)) return Object.fromEntries(entries);
  variables.reject(name, text, 'a list like key=value,key=value, percent-encoded', 'none of it is used');
  return {};
}
