/** Where the AI SDK keeps what is to hear of all its calls: what `registerTelemetry` adds to. */
const registry = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown };

/** Hears of events of all calls that bring no integrations of their own. */
export type Integration = Readonly<Record<string, (event: unknown) => void>>;

/**
 * Has an integration hear of the AI SDK's events, before all others: what the channel does not tell, such as the end of a
 * stream.
 *
 * @returns Ends it.
 */
export function registerIntegration(integration: Integration): () => void {
  const known = registry.AI_SDK_TELEMETRY_INTEGRATIONS;
  const all: unknown[] = Array.isArray(known) ? known : (registry.AI_SDK_TELEMETRY_INTEGRATIONS = []);
  all.unshift(integration);
  return () => {
    const at = all.indexOf(integration);
    if (at !== -1) all.splice(at, 1);
  };
}
