import type { Carrier } from './carrier.ts';

/** The `_meta` object of the parameters of a request or a notification. */
export type McpMeta = { [key: string]: unknown };

/**
 * Reads and writes the `_meta` of the Model Context Protocol, which reserves `traceparent`, `tracestate` and
 * `baggage` without a prefix (MCP 2026-07-28, SEP-414). All other keys are left as they are.
 */
export const mcpMeta: Carrier<McpMeta> = {
  get(meta, key) {
    const value = meta[key];
    return typeof value === 'string' ? value : undefined;
  },
  set(meta, key, value) {
    meta[key] = value;
  },
  remove(meta, key) {
    delete meta[key];
  },
  keys: (meta) => Object.keys(meta),
};
