import type { RetentionPreview } from '@tta/obs-protocol';
import { countOf } from '../format/count.ts';
import { shortId } from '../format/short-id.ts';
import { formatRoute } from '../route.ts';
import type { Viewer } from '../viewer.ts';

export interface RemovalListProps {
  readonly viewer: Viewer;
  readonly preview: RetentionPreview;
}

/** The traces that go next, as links to have a look or to pin them. */
export function RemovalList({ viewer, preview }: RemovalListProps) {
  const names = new Map(viewer.traces.rows.shown.map(({ trace }) => [trace.traceId, trace.name]));
  const { traceIds, traceCount } = preview;
  return (
    <details>
      <summary>Which ones</summary>
      <ul class="removals">
        {traceIds.map((traceId) => (
          <li key={traceId}>
            <a href={formatRoute({ view: 'trace', traceId })}>
              <code title={traceId}>{shortId(traceId)}</code> {names.get(traceId)}
            </a>
          </li>
        ))}
      </ul>
      {traceCount > traceIds.length && (
        <p class="muted">and {countOf(traceCount - traceIds.length, 'more', 'more')}</p>
      )}
    </details>
  );
}
