import { formatDuration } from '../format/duration.ts';
import type { RulerLabels } from './ruler-labels.ts';
import type { TimeAxis } from './time-axis.ts';

export interface TimeRulerProps {
  readonly axis: TimeAxis;
  readonly labels: RulerLabels;
}

/** The round moments above the bars, and the true length of what is compressed. */
export function TimeRuler({ axis, labels }: TimeRulerProps) {
  return (
    <>
      {labels.ticks.map(({ timeMs, leftPx, text }) => (
        <span key={timeMs} class="tick" style={{ left: `${leftPx}px` }}>
          {text}
        </span>
      ))}
      {axis.breaks().map(({ fromMs, toMs, leftPx, rightPx }) => (
        <i
          key={fromMs}
          class="axis-band"
          title={`Nothing ran for ${formatDuration(toMs - fromMs)}: drawn shorter than it was`}
          style={{ left: `${leftPx}px`, width: `${rightPx - leftPx}px` }}
        />
      ))}
      {labels.breaks.map(({ timeMs, leftPx, widthPx, text }) => (
        <span key={`gap ${timeMs}`} class="axis-break" style={{ left: `${leftPx}px`, width: `${widthPx}px` }}>
          {text}
        </span>
      ))}
    </>
  );
}
