import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Health, RetentionPreview } from '@tta/obs-protocol';
import { closeModal, Modal, useModal } from '../commands/modal.tsx';
import { formatBytes } from '../format/bytes.ts';
import { countOf, exactCount } from '../format/count.ts';
import { absoluteTime } from '../format/moment.ts';
import { useAnswer } from '../service/use-answer.tsx';
import { NoAnswer } from '../shell/notice.tsx';
import type { Viewer } from '../viewer.ts';
import { RemovalList } from './removal-list.tsx';

/** What is kept, how much of it there is, and what goes next. */
export function RetentionSection({ viewer }: { readonly viewer: Viewer }) {
  const health = useAnswer(viewer, 'health', (signal) => viewer.client.health(signal));
  return (
    <section aria-labelledby="retention">
      <h2 id="retention">Retention</h2>
      {health.kind === 'shown' ? (
        <Kept health={health.value} />
      ) : (
        <NoAnswer answer={health} what="what is kept" rows={3} />
      )}
      <NextRemoval viewer={viewer} />
    </section>
  );
}

function Kept({ health: { retention, stored, databasePath } }: { readonly health: Health }) {
  const { maxTraces, retentionHours, maxBytes } = retention;
  return (
    <>
      <table class="settings">
        <thead>
          <tr>
            <th scope="col">Kept until</th>
            <th scope="col" class="num">
              Stored
            </th>
            <th scope="col" class="num">
              Limit
            </th>
            <th scope="col">Setting</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">there are more traces than</th>
            <td class="num">{stored === null ? '–' : exactCount(stored.traceCount)}</td>
            <td class="num">{exactCount(maxTraces)}</td>
            <td>
              <code>maxTraces</code>
            </td>
          </tr>
          <tr>
            <th scope="row">they have not changed for</th>
            <td class="num">–</td>
            <td class="num">{Number(retentionHours.toPrecision(3))} h</td>
            <td>
              <code>retentionHours</code>
            </td>
          </tr>
          <tr>
            <th scope="row">the database takes more than</th>
            <td class="num">{stored === null ? '–' : formatBytes(stored.usedBytes)}</td>
            <td class="num">{formatBytes(maxBytes)}</td>
            <td>
              <code>maxBytes</code>
            </td>
          </tr>
        </tbody>
      </table>
      {stored !== null && (
        <>
          <meter
            class="used"
            min={0}
            max={maxBytes}
            value={Math.min(stored.usedBytes, maxBytes)}
            aria-label="Bytes in use, of those that may be"
          />
          <p class="muted">
            {countOf(stored.spanCount, 'span', 'spans')},{' '}
            {countOf(stored.logRecordCount, 'log record', 'log records')},{' '}
            {countOf(stored.metricSeriesCount, 'series of metrics', 'series of metrics')},{' '}
            {countOf(stored.pinnedCount, 'pinned trace', 'pinned traces')}. Pinned traces are spared as long
            as they take no more than half. <span class="path">{databasePath}</span> has{' '}
            {formatBytes(stored.fileBytes)} on disk.
          </p>
        </>
      )}
      <p>
        To keep more, write a setting and start the service again:{' '}
        <code>npx tta-obs config set retentionHours 72</code>. <code>npx tta-obs config</code> tells what is
        set where.
      </p>
    </>
  );
}

function NextRemoval({ viewer }: { readonly viewer: Viewer }) {
  const turn = useSignal(0);
  const question = useModal();
  const heading = useRef<HTMLHeadingElement>(null);
  const outcome = useSignal<string | undefined>(undefined);
  const preview = useAnswer(viewer, `cleanup ${turn.value}`, () => viewer.client.previewCleanup());
  const remove = async (): Promise<void> => {
    outcome.value = 'Removing…';
    try {
      const removed = await viewer.client.cleanUp();
      // The service does not tell of traces that it removes, be it now or by itself a moment ago.
      viewer.traces.reload();
      outcome.value =
        removed.traceCount === 0
          ? 'There was nothing to remove any more.'
          : `Removed ${removedText(removed)}.`;
    } catch (error) {
      outcome.value = error instanceof Error ? error.message : String(error);
    }
    turn.value += 1;
    // The button that had the focus goes with what it was for.
    heading.current?.focus();
  };
  const shown =
    preview.kind === 'shown' ? preview.value : preview.kind === 'loading' ? preview.previous : undefined;
  return (
    <>
      <h3 ref={heading} tabIndex={-1}>
        What goes next
      </h3>
      {shown === undefined && preview.kind !== 'shown' && (
        <NoAnswer answer={preview} what="what is removed next" rows={1} />
      )}
      {shown !== undefined && shown.traceCount === 0 && (
        <p>Nothing is over the limits. The service looks by itself, whenever something arrives.</p>
      )}
      {shown !== undefined && shown.traceCount > 0 && (
        <>
          <p>
            {removedText(shown)}, begun from {momentText(shown.oldestStartTimeMs)} to{' '}
            {momentText(shown.newestStartTimeMs)}.{' '}
            <button type="button" class="button" aria-haspopup="dialog" onClick={question.open}>
              Remove now…
            </button>
          </p>
          <RemovalList viewer={viewer} preview={shown} />
        </>
      )}
      <p role="status">{outcome.value}</p>
      <Modal state={question} label="Remove now" class="confirm">
        {question.isOpen.value && shown !== undefined && (
          <ConfirmRemoval preview={shown} onRemove={() => void remove()} />
        )}
      </Modal>
    </>
  );
}

interface ConfirmRemovalProps {
  readonly preview: RetentionPreview;
  readonly onRemove: () => void;
}

function ConfirmRemoval({ preview, onRemove }: ConfirmRemovalProps) {
  return (
    <>
      <h2>Remove {countOf(preview.traceCount, 'trace', 'traces')}?</h2>
      <p>
        {removedText(preview)} are over the limits. They cannot be brought back. Pinned traces and all others
        stay.
      </p>
      <p class="confirm-buttons">
        <button type="button" class="button" onClick={(event) => closeModal(event.currentTarget)}>
          Keep them
        </button>
        <button
          type="button"
          class="button is-danger"
          onClick={(event) => {
            closeModal(event.currentTarget);
            onRemove();
          }}
        >
          Remove
        </button>
      </p>
    </>
  );
}

function removedText({ traceCount, spanCount, bytes }: RetentionPreview): string {
  return `${countOf(traceCount, 'trace', 'traces')} with ${countOf(spanCount, 'span', 'spans')}, about ${formatBytes(bytes)}`;
}

function momentText(timeMs: number | null): string {
  return timeMs === null ? 'an unknown time' : absoluteTime(timeMs);
}
