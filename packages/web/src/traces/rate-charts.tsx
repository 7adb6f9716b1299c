import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { MetricsTimeSeries } from '@tta/obs-protocol';
import { countOf, formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { formatPercent } from '../format/percent.ts';
import { barHeight, CHART_HEIGHT, chartText, linePath, runSteps, stepText } from '../overview/run-chart.ts';
import type { RunStep } from '../overview/run-chart.ts';
import { useAnswer } from '../service/use-answer.tsx';
import type { Viewer } from '../viewer.ts';

const HOUR_MS = 3_600_000;
/** A step for each minute. */
const POINTS = 60;

export interface RateChartsProps {
  readonly viewer: Viewer;
  /** A stretch of time was chosen, in milliseconds since the Unix epoch. */
  readonly onChoose: (fromMs: number, toMs: number) => void;
}

/** How many runs there were in the last hour, how many of them failed, and how long they took. */
export function RateCharts({ viewer, onChoose }: RateChartsProps) {
  const answer = useAnswer(viewer, 'rates', (signal) =>
    viewer.client.timeSeries({ sinceMs: Date.now() - HOUR_MS, points: POINTS, signal }),
  );
  // The room is kept free: nothing moves when they come.
  return answer.kind === 'shown' ? <Charts series={answer.value} onChoose={onChoose} /> : null;
}

/** Steps that are dragged over, from where it began to where the pointer is. */
interface Drag {
  readonly from: number;
  readonly to: number;
}

function Charts({
  series,
  onChoose,
}: { readonly series: MetricsTimeSeries } & Pick<RateChartsProps, 'onChoose'>) {
  const steps = runSteps(series);
  const at = useSignal<number | undefined>(undefined);
  const drag = useSignal<Drag | undefined>(undefined);
  const most = Math.max(1, ...steps.map(({ traceCount }) => traceCount));
  const mostErrors = Math.max(1, ...steps.map(({ errorCount }) => errorCount));
  const longestMs = Math.max(0, ...steps.map(({ p95Ms }) => p95Ms ?? 0));
  const total = steps.reduce((sum, { traceCount }) => sum + traceCount, 0);
  const errors = steps.reduce((sum, { errorCount }) => sum + errorCount, 0);
  const newest = steps.findLast(({ p95Ms }) => p95Ms !== null);
  const step = at.value === undefined ? undefined : steps[at.value];
  const summary = `The last hour: ${countOf(total, 'trace', 'traces')}, ${formatCount(errors)} failed. ${chartText(steps, false)}`;

  const indexAt = ({
    currentTarget,
    clientX,
  }: PointerEvent & { readonly currentTarget: Element }): number => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(steps.length - 1, Math.floor(((clientX - left) / width) * steps.length)));
  };
  const lane = (title: string, figure: string, children: ComponentChildren) => (
    <div class="rate">
      <span class="rate-title">{title}</span>
      <span class="rate-figure num">{figure}</span>
      <div
        class="rate-lane"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.value = { from: indexAt(event), to: indexAt(event) };
        }}
        onPointerMove={(event) => {
          at.value = indexAt(event);
          if (drag.value !== undefined) drag.value = { from: drag.value.from, to: at.value };
        }}
        onPointerLeave={() => {
          at.value = undefined;
        }}
        onPointerUp={() => {
          const chosen = stretch(steps, drag.value);
          drag.value = undefined;
          if (chosen !== undefined) onChoose(chosen.fromMs, chosen.toMs);
        }}
        onPointerCancel={() => {
          drag.value = undefined;
        }}
      >
        <svg viewBox={`0 0 ${Math.max(1, steps.length)} ${CHART_HEIGHT}`} preserveAspectRatio="none">
          {drag.value !== undefined && <Band drag={drag.value} />}
          {at.value !== undefined && (
            <rect class="needle" x={at.value} width={1} y={0} height={CHART_HEIGHT} />
          )}
          {children}
        </svg>
      </div>
    </div>
  );
  return (
    <figure aria-label="The last hour">
      <figcaption class={step === undefined ? 'visually-hidden' : 'rate-reading'}>
        {step === undefined ? summary : stepText(step, false)}
      </figcaption>
      <div class="rate-lanes" aria-hidden="true" title="Drag to see the traces of that time">
        {lane(
          'Runs, last hour',
          formatCount(total),
          <Bars class="bar" counts={steps.map(({ traceCount }) => traceCount)} most={most} />,
        )}
        {lane(
          'Failed',
          errors === 0 ? '0' : `${formatCount(errors)} · ${formatPercent(errors / total)}`,
          <Bars class="bar-failed" counts={steps.map(({ errorCount }) => errorCount)} most={mostErrors} />,
        )}
        {lane(
          'p95 lately',
          newest?.p95Ms === undefined || newest.p95Ms === null ? '–' : formatDuration(newest.p95Ms),
          <path
            class="line-p95"
            d={linePath(
              steps.map(({ p95Ms }) => p95Ms),
              longestMs,
            )}
          />,
        )}
      </div>
    </figure>
  );
}

function Bars({
  counts,
  most,
  class: name,
}: {
  readonly counts: readonly number[];
  readonly most: number;
  readonly class: string;
}) {
  return (
    <>
      {counts.map((count, x) => {
        const height = barHeight(count, most);
        return height === 0 ? null : (
          <rect key={x} class={name} x={x + 0.1} width={0.8} y={CHART_HEIGHT - height} height={height} />
        );
      })}
    </>
  );
}

function Band({ drag: { from, to } }: { readonly drag: Drag }) {
  const x = Math.min(from, to);
  return <rect class="band" x={x} width={Math.abs(to - from) + 1} y={0} height={CHART_HEIGHT} />;
}

function stretch(steps: readonly RunStep[], drag: Drag | undefined) {
  const first = drag && steps[Math.min(drag.from, drag.to)];
  const last = drag && steps[Math.max(drag.from, drag.to)];
  return first && last && { fromMs: first.startMs, toMs: last.endMs };
}
