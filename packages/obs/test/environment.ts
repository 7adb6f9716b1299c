/** Leaves nothing in the environment of this process that has a meaning to us; what is kept goes to `folder`. */
export function clearEnvironment(folder: string): void {
  for (const name of Object.keys(process.env)) {
    if (/^(OTEL|TTA)_|^(TRACEPARENT|TRACESTATE|BAGGAGE|NODE_ENV)$/.test(name)) delete process.env[name];
  }
  process.env['XDG_DATA_HOME'] = folder;
}
