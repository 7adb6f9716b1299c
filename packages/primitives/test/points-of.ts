import type { Trace, TracePoint } from '@tta/obs-testing';

/** Everything that a metric says: each set of labels, whole, with its value. */
export function pointsOf({ points }: Trace, name: string): Pick<TracePoint, 'labels' | 'value'>[] {
  return points.filter(({ metric }) => metric === name).map(({ labels, value }) => ({ labels, value }));
}
