import type { DurationUnit } from '../format/duration.ts';
import { FIGURES } from './row-view.tsx';

/** What the figures in the heads of turns are. Each of them says so itself as well. */
export function TurnColumns({ unit }: { readonly unit: DurationUnit }) {
  return (
    <div class="turn-columns muted" aria-hidden="true">
      <span />
      {Object.entries(FIGURES).map(([name, title]) => (
        <span key={name} class={`turn-figure is-${name}`}>
          {title}
          {name === 'first' && `, ${unit.name}`}
        </span>
      ))}
      <span class="turn-figure is-took">took, {unit.name}</span>
    </div>
  );
}
