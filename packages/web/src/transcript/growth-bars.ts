import type { ContextStep } from './context-growth.ts';

/** A bar of the chart: a turn, or of very many the largest of several. */
export interface GrowthBar {
  readonly step: ContextStep;
  /** 0 to 1, as `added`: the part of it that the turn added. */
  readonly height: number;
  readonly added: number;
}

/** The bars of a chart that has room for `most` of them. */
export function growthBars(steps: readonly ContextStep[], most: number): readonly GrowthBar[] {
  const perBar = Math.max(1, Math.ceil(steps.length / Math.max(1, most)));
  const largest = Math.max(1, ...steps.map(({ tokens }) => tokens));
  const bars: GrowthBar[] = [];
  for (let from = 0; from < steps.length; from += perBar) {
    const bundled = steps.slice(from, from + perBar);
    const step = bundled.reduce((one, other) => ((other.added ?? 0) > (one.added ?? 0) ? other : one));
    const added = Math.max(0, step.added ?? step.tokens);
    bars.push({ step, height: step.tokens / largest, added: Math.min(added, step.tokens) / largest });
  }
  return bars;
}
