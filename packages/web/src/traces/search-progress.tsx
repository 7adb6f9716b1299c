import { absoluteTime } from '../format/moment.ts';
import type { TraceList } from './trace-list.ts';

/** How far a search has come, and what ends it or lets it go on. */
export function SearchProgress({ list }: { readonly list: TraceList }) {
  const { lookedBackToMs } = list;
  const place = lookedBackToMs === undefined ? undefined : timeOfDay(lookedBackToMs);
  if (list.isSearching.value) {
    return (
      <p class="search-progress" role="status">
        Searching… {place !== undefined && `looked back to ${place}`}{' '}
        <button type="button" class="button" onClick={() => list.stopSearch()}>
          Stop
        </button>
      </p>
    );
  }
  if (list.rows.isFull) {
    return (
      <p class="search-progress">
        The newest {list.rows.shown.length.toLocaleString('en')} are shown. Narrow the query to see older
        ones.
      </p>
    );
  }
  if (!list.isStopped.value) return null;
  return (
    <p class="search-progress">
      {place === undefined ? 'Stopped.' : `Stopped at ${place}.`}{' '}
      <button type="button" class="button" onClick={() => list.searchOn()}>
        Look further back
      </button>
    </p>
  );
}

/** With the day unless that is today. */
function timeOfDay(timeMs: number): string {
  const [day = '', time = ''] = absoluteTime(timeMs).split(' ');
  const [today] = absoluteTime(Date.now()).split(' ');
  return day === today ? time.slice(0, 5) : `${day} ${time.slice(0, 5)}`;
}
