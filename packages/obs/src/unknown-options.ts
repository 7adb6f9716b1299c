import type { ObservabilityOptions } from './observability-options.ts';

/** All of them: one that is missing here does not compile. */
const known: Readonly<Record<keyof ObservabilityOptions, true>> = {
  serviceName: true,
  serviceVersion: true,
  enableTtaUi: true,
  ttaUiEndpoint: true,
  ttaUiToken: true,
  spoolDirectory: true,
  enablePrometheus: true,
  prometheusPort: true,
  cardinalityLimit: true,
  slos: true,
  onSloAlert: true,
  pricing: true,
  measureProcess: true,
  otlpEndpoint: true,
  destinations: true,
  sampler: true,
  spanProcessors: true,
  tailSampling: true,
  baggageKeys: true,
  logLevel: true,
  logFormat: true,
  logSampling: true,
  redaction: true,
  stepSpans: true,
  measureSizes: true,
  captureContent: true,
  observeModelClients: true,
};
const names = Object.keys(known);

/** More than these are not options that somebody mistyped. */
const mostNamed = 5;
const longestName = 100;

/**
 * What is said of options that there are not: whoever mistypes one in JavaScript, or in an object that no compiler
 * looks at, would else do without it and not know.
 *
 * @returns `undefined` where all are known.
 */
export function unknownOptions(options: ObservabilityOptions): string | undefined {
  const unknown = Object.entries(options)
    .filter(([name, value]) => value !== undefined && !Object.hasOwn(known, name))
    .map(([name]) => name);
  if (unknown.length === 0) return undefined;
  const told = unknown.slice(0, mostNamed).map((name) => {
    const nearest = nearestOption(name);
    return `${JSON.stringify(name.slice(0, longestName))}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
  });
  if (unknown.length > mostNamed) told.push('others');
  return `initializeObservability() has no option ${told.join(', ')}: left aside.`;
}

/** The option that fewest edits lead to, where these are few for the length of the name. */
function nearestOption(name: string): string | undefined {
  if (name.length > longestName) return undefined;
  let nearest: string | undefined;
  let fewest = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const option of names) {
    const edits = editsBetween(name.toLowerCase(), option.toLowerCase());
    if (edits < fewest) [nearest, fewest] = [option, edits];
  }
  return nearest;
}

/** Letters to add, take away or replace. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, wanted] of [...to].entries())
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === wanted ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}
