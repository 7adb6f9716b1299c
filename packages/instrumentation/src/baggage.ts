import { type Attributes, type Context, propagation } from '@opentelemetry/api';
import { baggagePrefix } from '@tta/obs-context';

/** A context whose baggage has these entries as well; they win over entries of the same key. */
export function withBaggage(parent: Context, entries: Readonly<Record<string, string>>): Context {
  let baggage = propagation.getBaggage(parent) ?? propagation.createBaggage();
  for (const [key, value] of Object.entries(entries)) {
    // An injector that meets anything but a string throws into the request of the user.
    if (typeof value === 'string') baggage = baggage.setEntry(key, { value });
  }
  return propagation.setBaggage(parent, baggage);
}

/** Span attributes `baggage.*` for those of the keys that the context's baggage has. */
export function baggageAttributes(otelContext: Context, keys: readonly string[]): Attributes {
  const attributes: Attributes = {};
  const baggage = propagation.getBaggage(otelContext);
  for (const key of keys) {
    const entry = baggage?.getEntry(key);
    if (entry) attributes[baggagePrefix + key] = entry.value;
  }
  return attributes;
}
