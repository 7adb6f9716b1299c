import { useMemo } from 'preact/hooks';
import { exactCount } from '../format/count.ts';
import { growthText } from './context-growth.ts';
import type { ContextStep } from './context-growth.ts';
import { growthBars } from './growth-bars.ts';

const MOST_BARS = 120;
const WIDTH_PX = 240;
const WIDEST_PX = 12;
const HEIGHT_PX = 32;

export interface GrowthChartProps {
  readonly steps: readonly ContextStep[];
  readonly activeKey: string | undefined;
  readonly onGo: (step: ContextStep) => void;
}

/** How large the context was in each turn, and how much of it was new: which turn filled it is seen at a glance. */
export function GrowthChart({ steps, activeKey, onGo }: GrowthChartProps) {
  const bars = useMemo(() => growthBars(steps, MOST_BARS), [steps]);
  if (steps.length < 2) return null;
  const barPx = Math.max(2, Math.min(WIDEST_PX, WIDTH_PX / bars.length));
  const last = steps.at(-1)!;
  return (
    <figure class="transcript-growth">
      <figcaption class="muted">
        context <span class="num">{exactCount(last.tokens)}</span>
      </figcaption>
      <svg
        width={bars.length * barPx}
        height={HEIGHT_PX}
        role="img"
        aria-label={growthText(steps)}
        onClick={(event) => {
          const left = event.currentTarget.getBoundingClientRect().left;
          const bar = bars[Math.floor((event.clientX - left) / barPx)];
          if (bar !== undefined) onGo(bar.step);
        }}
      >
        {bars.map(({ step, height, added }, index) => {
          const top = HEIGHT_PX * (1 - height);
          return (
            <g key={step.row.key} class={step.row.key === activeKey ? 'growth-bar is-active' : 'growth-bar'}>
              <title>{`${exactCount(step.tokens)} tokens${step.added === undefined ? '' : `, ${step.added < 0 ? '−' : '+'}${exactCount(Math.abs(step.added))}`}`}</title>
              <rect class="growth-room" x={index * barPx} y={0} width={barPx} height={HEIGHT_PX} />
              <rect
                class="growth-known"
                x={index * barPx}
                y={top}
                width={barPx - 1}
                height={Math.max(1, HEIGHT_PX * height)}
              />
              <rect
                class="growth-added"
                x={index * barPx}
                y={top}
                width={barPx - 1}
                height={HEIGHT_PX * added}
              />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
