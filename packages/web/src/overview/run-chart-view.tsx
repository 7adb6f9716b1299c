import { useSignal } from '@preact/signals';
import type { MetricsTimeSeries } from '@tta/obs-protocol';
import { clockTime } from '../format/clock-time.ts';
import { formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import {
  barHeight,
  CHART_HEIGHT,
  chartText,
  durationHeight,
  durationScale,
  linePath,
  runSteps,
  stepText,
} from './run-chart.ts';
import type { RunStep } from './run-chart.ts';

const DAY_MS = 86_400_000;

interface RunChartProps {
  readonly series: MetricsTimeSeries;
  /** Shows the runs of a step. */
  readonly onOpen: (step: RunStep) => void;
}

/** How many runs there were, how many of them failed, and how long they took. */
export function RunChart({ series, onOpen }: RunChartProps) {
  const steps = runSteps(series);
  const isWithDay = series.untilMs - series.sinceMs > DAY_MS;
  const at = useSignal<number | undefined>(undefined);
  const index = at.value === undefined ? undefined : Math.min(at.value, steps.length - 1);
  const step = index === undefined ? undefined : steps[index];
  const most = Math.max(1, ...steps.map(({ traceCount }) => traceCount));
  const scale = durationScale(steps.flatMap(({ p50Ms, p95Ms }) => [p50Ms, p95Ms]));
  const last = steps.length - 1;
  const lineOf = (durations: readonly (number | null)[]): string =>
    linePath(
      durations.map((durationMs) => (durationMs === null ? null : durationHeight(durationMs, scale))),
      CHART_HEIGHT,
    );

  const onKeyDown = (event: KeyboardEvent): void => {
    const from = index ?? last;
    const moves: Readonly<Record<string, number | undefined>> = {
      ArrowLeft: index === undefined ? last : from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageDown: from - 10,
      PageUp: from + 10,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined) at.value = Math.max(0, Math.min(last, to));
    else if (event.key === 'Enter' && step !== undefined && step.traceCount > 0) onOpen(step);
    else if (event.key === 'Escape' && index !== undefined) at.value = undefined;
    else return;
    event.preventDefault();
  };
  const indexAt = (event: PointerEvent | MouseEvent): number => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / width) * steps.length)));
  };

  return (
    <section class="run-chart" aria-labelledby="run-chart-title">
      <header>
        <h2 id="run-chart-title">Runs</h2>
        <p class="chart-reading" id="run-chart-text">
          {step === undefined ? chartText(steps, isWithDay) : stepText(step, isWithDay)}
        </p>
        <ul class="chart-key" aria-hidden="true">
          <li class="key-ok">ok</li>
          <li class="key-failed">failed</li>
          <li class="key-p50">p50</li>
          <li class="key-p95">p95</li>
        </ul>
      </header>
      <div
        class="chart-body"
        role="slider"
        tabIndex={0}
        aria-label="Figures of a moment"
        aria-describedby="run-chart-text"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={index ?? last}
        aria-valuetext={step === undefined ? chartText(steps, isWithDay) : stepText(step, isWithDay)}
        title="Click, or Enter, shows the traces of this moment"
        onKeyDown={onKeyDown}
        onPointerMove={(event) => {
          at.value = indexAt(event);
        }}
        onPointerLeave={() => {
          at.value = undefined;
        }}
        onBlur={() => {
          at.value = undefined;
        }}
        onClick={(event) => {
          const clicked = steps[indexAt(event)];
          if (clicked !== undefined && clicked.traceCount > 0) onOpen(clicked);
        }}
      >
        <Lane edge={formatCount(most)} steps={steps} index={index}>
          <defs>
            <pattern id="failed-runs" width={1} height={8} patternUnits="userSpaceOnUse">
              <rect class="bar-failed" width={1} height={6} />
            </pattern>
          </defs>
          {steps.map(({ traceCount, errorCount }, x) => {
            const failed = barHeight(errorCount, most);
            const all = Math.max(barHeight(traceCount, most), failed);
            return (
              <>
                {all > failed && (
                  <rect class="bar" x={x + 0.1} width={0.8} y={CHART_HEIGHT - all} height={all - failed} />
                )}
                {failed > 0 && (
                  <rect
                    fill="url(#failed-runs)"
                    x={x + 0.1}
                    width={0.8}
                    y={CHART_HEIGHT - failed}
                    height={failed}
                  />
                )}
              </>
            );
          })}
        </Lane>
        <Lane
          edge={scale.highMs > 0 ? formatDuration(scale.highMs) : ''}
          {...(scale.isLogarithmic && { lowEdge: `${formatDuration(scale.lowMs)}, logarithmic` })}
          steps={steps}
          index={index}
        >
          <path class="line-p95" d={lineOf(steps.map(({ p95Ms }) => p95Ms))} />
          <path class="line-p50" d={lineOf(steps.map(({ p50Ms }) => p50Ms))} />
        </Lane>
      </div>
      <TimeAxis steps={steps} isWithDay={isWithDay} />
    </section>
  );
}

interface LaneProps {
  /** The figure at its upper edge. */
  readonly edge: string;
  /** The figure at its lower edge, where that is not 0. */
  readonly lowEdge?: string;
  readonly steps: readonly RunStep[];
  /** Where the needle stands. */
  readonly index: number | undefined;
  readonly children: preact.ComponentChildren;
}

function Lane({ edge, lowEdge, steps, index, children }: LaneProps) {
  return (
    <div class="chart-lane" aria-hidden="true">
      <span class="chart-edge">{edge}</span>
      {lowEdge !== undefined && <span class="chart-edge is-low">{lowEdge}</span>}
      <svg viewBox={`0 0 ${Math.max(1, steps.length)} ${CHART_HEIGHT}`} preserveAspectRatio="none">
        {index !== undefined && <rect class="needle" x={index} width={1} y={0} height={CHART_HEIGHT} />}
        {children}
      </svg>
    </div>
  );
}

function TimeAxis({ steps, isWithDay }: { readonly steps: readonly RunStep[]; readonly isWithDay: boolean }) {
  const ends = [steps[0]?.startMs, steps[Math.floor(steps.length / 2)]?.startMs, steps.at(-1)?.endMs];
  return (
    <div class="chart-axis" aria-hidden="true">
      {ends.map((timeMs, at) => (
        <span key={at}>{timeMs === undefined ? '' : clockTime(timeMs, isWithDay)}</span>
      ))}
    </div>
  );
}
