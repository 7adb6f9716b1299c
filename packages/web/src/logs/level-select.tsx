import { levelChoices } from './log-level.ts';

export interface LevelSelectProps {
  readonly minSeverity: number | undefined;
  readonly onChoose: (minSeverity: number | undefined) => void;
}

/** Which lines are shown by their level. */
export function LevelSelect({ minSeverity, onChoose }: LevelSelectProps) {
  return (
    <select
      class="level-select"
      aria-label="Lowest level"
      value={minSeverity ?? ''}
      onChange={({ currentTarget: { value } }) => onChoose(value === '' ? undefined : Number(value))}
    >
      <option value="">All levels</option>
      {levelChoices.map((choice) => (
        <option key={choice.level} value={choice.minSeverity}>
          {choice.level} and above
        </option>
      ))}
    </select>
  );
}
