import { useSignal } from '@preact/signals';
import type { RetentionPreview } from '@tta/obs-protocol';
import { countOf } from '../format/count.ts';
import { absoluteTime } from '../format/moment.ts';
import { shortId } from '../format/short-id.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatRoute } from '../route.ts';
import { useAnswer } from '../service/use-answer.tsx';
import { NoAnswer } from '../shell/notice.tsx';
import type { Viewer } from '../viewer.ts';

export interface RemovalListProps {
  readonly viewer: Viewer;
  readonly preview: RetentionPreview;
}

/** The traces that go next, as links to have a look or to pin them. They are asked for when somebody wants to see them. */
export function RemovalList({ viewer, preview }: RemovalListProps) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>Which ones</summary>
      {isOpen.value && <Removals viewer={viewer} preview={preview} />}
    </details>
  );
}

function Removals({ viewer, preview: { traceIds, traceCount } }: RemovalListProps) {
  const query = `trace:${traceIds.join(',')}`;
  const answer = useAnswer(viewer, query, (signal) =>
    viewer.client.traces({ limit: traceIds.length, query, signal }),
  );
  if (answer.kind !== 'shown') return <NoAnswer answer={answer} what="these traces" />;
  const summaries = new Map(answer.value.items.map((summary) => [summary.traceId, summary]));
  return (
    <>
      <ul class="removals">
        {traceIds.map((traceId) => {
          const summary = summaries.get(traceId);
          return (
            <li key={traceId}>
              <a href={formatRoute({ view: 'trace', traceId })} class="clip" title={summary?.name ?? traceId}>
                {summary?.name === undefined || summary.name === ''
                  ? shortId(traceId)
                  : withoutDirectionMarks(summary.name)}
              </a>
              <span class="muted clip">{withoutDirectionMarks(summary?.serviceName ?? '')}</span>
              <span class="muted">{summary !== undefined && absoluteTime(summary.startTimeMs)}</span>
            </li>
          );
        })}
      </ul>
      {traceCount > traceIds.length && (
        <p class="muted">and {countOf(traceCount - traceIds.length, 'more', 'more')}</p>
      )}
    </>
  );
}
