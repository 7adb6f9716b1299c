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
    ...entityAttributes(variables),
    ...plainAttributes(variables),
  };
  return { serviceName: variables.text('OTEL_SERVICE_NAME') ?? nameAmongThem, attributes };
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
