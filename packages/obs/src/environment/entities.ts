import { isComplete, keyValues } from './key-values.ts';
import type { Variables } from './variables.ts';

/** `type{identity}[description]@schema`; the last two may be absent. */
const entity = /^([a-z][\w.-]*)\{([^{}[\]@]+)\}(?:\[([^{}[\]@]*)\])?(?:@.*)?$/i;

/**
 * The attributes of `OTEL_ENTITIES` (entity propagation, in development). Of two entities of one type the last
 * counts; one that cannot be read is left out.
 */
export function entityAttributes(variables: Variables): Record<string, string> {
  const name = 'OTEL_ENTITIES';
  const byType = new Map<string, Record<string, string>>();
  for (const text of (variables.text(name) ?? '').split(';').map((part) => part.trim())) {
    if (text === '') continue;
    const [, type = '', identity = '', description = ''] = entity.exec(text) ?? [];
    const entries = [...keyValues(identity), ...keyValues(description)];
    if (type === '' || !isComplete(entries)) {
      variables.reject(name, text, 'entities like type{key=value}[key=value]', 'this entity is left out');
    } else {
      byType.set(type, Object.fromEntries(entries));
    }
  }
  return Object.assign({}, ...byType.values()) as Record<string, string>;
}
