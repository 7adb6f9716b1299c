import type { ComparedPrimitive, MeasuredChange } from '@tta/obs-protocol';
import { formatDuration } from '../format-duration.ts';
import { formatUsd } from '../format-usage.ts';

export type ChangeKind = 'duration' | 'errorRate' | 'cost';

/** A significant change of a primitive, in words. */
export interface Change {
  readonly kind: ChangeKind;
  readonly isWorse: boolean;
  /** `slower` */
  readonly word: string;
  /** `p50 120 ms` */
  readonly before: string;
  readonly after: string;
  /** `+50 %`; empty where there was nothing before. */
  readonly by: string;
  /** What else is of interest; may be empty. */
  readonly note: string;
  /** `p = 0.001` */
  readonly confidence: string;
  /** How large it is: 1.5 for half as much again and for two thirds; infinite where there was nothing before. */
  readonly size: number;
}

/** The significant changes of a primitive. */
export function changesOf(item: ComparedPrimitive): readonly Change[] {
  const { baseline, candidate } = item;
  const rate = (side: typeof baseline) => `${percent(side.errors / side.calls)} failed`;
  const costs = [baseline.costUsd ?? 0, candidate.costUsd ?? 0];
  const digits = formatUsd(costs[0]!) === formatUsd(costs[1]!) ? fourDigits : formatUsd;
  const [p95Before, p95After] = [formatDuration(baseline.p95Ms), formatDuration(candidate.p95Ms)];
  return [
    ...change(item.errorRate, 'errorRate', ['fails more', 'fails less'], {
      before: rate(baseline),
      after: percent(candidate.errors / candidate.calls),
      note: `${baseline.errors} of ${baseline.calls} → ${candidate.errors} of ${candidate.calls}`,
    }),
    ...change(item.duration, 'duration', ['slower', 'faster'], {
      before: `p50 ${formatDuration(baseline.p50Ms)}`,
      after: formatDuration(candidate.p50Ms),
      note: `p95 ${p95Before} → ${p95After}`,
    }),
    ...(item.cost === null
      ? []
      : change(item.cost, 'cost', ['dearer', 'cheaper'], {
          before: `${digits(costs[0]!)} a call`,
          after: digits(costs[1]!),
          note: '',
        })),
  ];
}

function change(
  { ratio, direction, pValue, isSignificant }: MeasuredChange,
  kind: ChangeKind,
  [worse, better]: readonly [string, string],
  words: Pick<Change, 'before' | 'after' | 'note'>,
): readonly Change[] {
  if (!isSignificant || pValue === null) return [];
  const isWorse = direction === 'up';
  const size = ratio === null || ratio === 0 ? Infinity : Math.max(ratio, 1 / ratio);
  return [
    {
      kind,
      isWorse,
      word: isWorse ? worse : better,
      ...words,
      by: ratio === null ? '' : relative(ratio),
      confidence: probability(pValue),
      size,
    },
  ];
}

function relative(ratio: number): string {
  if (ratio >= 10) return `×${ratio.toFixed(0)}`;
  const points = (ratio - 1) * 100;
  const digits = Math.abs(points) < 9.95 ? 1 : 0;
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(digits)} %`;
}

function percent(part: number): string {
  const points = part * 100;
  return `${points === 0 || points === 100 || points >= 9.95 ? points.toFixed(0) : points.toPrecision(2)} %`;
}

/** As papers have it: what is smaller says no more. */
function probability(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
}

function fourDigits(usd: number): string {
  return `$${usd.toPrecision(4)}`;
}
