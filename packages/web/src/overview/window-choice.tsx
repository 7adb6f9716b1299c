import { timeWindows } from '../time-window.ts';
import type { TimeWindow } from '../time-window.ts';

const LENGTH_TEXT: Readonly<Record<TimeWindow, string>> = {
  '15m': '15 minutes',
  '1h': 'hour',
  '6h': '6 hours',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
};

/** `hour`, `7 days`: goes after "the last" and "the … before". */
export function lengthText(window: TimeWindow): string {
  return LENGTH_TEXT[window];
}

interface WindowChoiceProps {
  readonly window: TimeWindow;
  readonly onChoose: (window: TimeWindow) => void;
}

/** How far back figures are summed up. Arrow keys go from one to the next. */
export function WindowChoice({ window, onChoose }: WindowChoiceProps) {
  return (
    <fieldset class="window-choice">
      <legend class="visually-hidden">Time window</legend>
      {timeWindows.map((offered) => (
        <label key={offered} title={`The last ${lengthText(offered)}`}>
          <input
            type="radio"
            name="window"
            value={offered}
            checked={offered === window}
            onChange={() => onChoose(offered)}
          />
          {offered}
        </label>
      ))}
    </fieldset>
  );
}
