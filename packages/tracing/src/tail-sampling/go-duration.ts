import type { ConfigNode } from './config-node.ts';

/** Milliseconds in each unit. Micro is written with either of two Unicode letters. */
const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const part = '(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h)';
const wholePattern = new RegExp(`^(?:\\+?(?:${part})+|0)$`);
const partPattern = /([\d.]+)([a-zµμ]+)/g;

/**
 * Milliseconds of a duration as Go writes it: `30s`, `1m30s`, `500ms`, `1.5h`, `0`. Undefined when the text is
 * none or is negative.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function goDurationMs(text: string): number | undefined {
  if (!wholePattern.test(text)) return undefined;
  let sumMs = 0;
  for (const [, amount, unit = ''] of text.matchAll(partPattern))
    sumMs += Number(amount) * (unitsMs[unit] ?? 0);
  return sumMs;
}

/** A duration, left in its own writing. */
export function readGoDuration(node: ConfigNode): string {
  const { value } = node;
  return typeof value === 'string' && goDurationMs(value) !== undefined
    ? value
    : node.refuse('give a duration with its unit, such as "30s", "1m30s" or "500ms"');
}
