import type { ComponentChildren } from 'preact';
import { formatDuration } from '../format/duration.ts';
import { tickText } from './time-axis.ts';
import type { AxisTick, TimeAxis } from './time-axis.ts';

export interface TimeRulerProps {
  readonly axis: TimeAxis;
  readonly ticks: readonly AxisTick[];
  readonly stepMs: number;
  readonly children?: ComponentChildren;
}

/** The round moments above the bars, and the true length of what is compressed. */
export function TimeRuler({ axis, ticks, stepMs, children }: TimeRulerProps) {
  const breaks = axis.breaks();
  return (
    <>
      {ticks
        .filter(({ leftPx }) => !breaks.some((gap) => leftPx > gap.leftPx - 44 && leftPx < gap.rightPx))
        .map(({ timeMs, leftPx }) => (
          <span key={timeMs} class="tick" style={{ left: `${leftPx}px` }}>
            {tickText(timeMs, stepMs)}
          </span>
        ))}
      {breaks.map(({ fromMs, toMs, leftPx, rightPx }) => (
        <span
          key={`gap ${fromMs}`}
          class="axis-break"
          title={`Nothing ran for ${formatDuration(toMs - fromMs)}: drawn shorter than it was`}
          style={{ left: `${leftPx}px`, width: `${rightPx - leftPx}px` }}
        >
          {rightPx - leftPx > 72 && (
            <svg viewBox="0 0 10 12" width="10" height="12" aria-hidden="true">
              <path d="M4 0L1 4l4 3-3 5M8 0L5 4l4 3-3 5" />
            </svg>
          )}
          {formatDuration(toMs - fromMs)}
        </span>
      ))}
      {children}
    </>
  );
}
