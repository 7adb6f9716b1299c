/** Somewhere that takes traces by OTLP over HTTP. */
export interface Destination {
  /** What messages call it. */
  readonly name: string;
  /** Full address of its traces: `http://127.0.0.1:8765/v1/traces`. */
  readonly tracesUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long an ended span waits for others to share its request, in milliseconds. @defaultValue 5000 */
  readonly flushMs?: number;
  /** How long one request may take with its repetitions, in milliseconds. @defaultValue 10000 */
  readonly timeoutMs?: number;
}

/**
 * The address of a signal below a base endpoint (OTLP exporter specification, "Endpoint URLs for
 * OTLP/HTTP"): the path `v1/<signal>` is appended whether the base ends in a slash or not.
 */
export function signalUrl(endpoint: string, signal: 'traces' | 'metrics' | 'logs'): string {
  const base = new URL(endpoint);
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return base.href;
}
