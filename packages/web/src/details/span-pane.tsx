import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SpanDetail, TraceDocument } from '@tta/obs-protocol';
import { formatDuration } from '../format/duration.ts';
import { absoluteTime } from '../format/moment.ts';
import { SpanLogs } from '../logs/span-logs.tsx';
import { formatRoute } from '../route.ts';
import { shortId } from '../format/short-id.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { StatusBadge } from '../shell/status-badge.tsx';
import type { SpanTree } from '../tree/span-tree.ts';
import type { Viewer } from '../viewer.ts';
import { groupAttributes } from './attribute-groups.ts';
import type { AttributeEntry } from './attribute-groups.ts';
import { EntryList } from './entry-list.tsx';
import { spanErrorOf } from './span-error.ts';

export interface SpanPaneProps {
  readonly viewer: Viewer;
  readonly document: TraceDocument;
  readonly tree: SpanTree;
  readonly spanId: string;
  readonly onClose: () => void;
}

type Loaded = { readonly detail: SpanDetail } | { readonly message: string } | undefined;

/** Holding an arrow key passes many rows: only the one where it rests is asked for. */
const REST_MS = 40;

export function SpanPane({ viewer, document: trace, tree, spanId, onClose }: SpanPaneProps) {
  const loaded = useSignal<Loaded>(undefined);
  const { traceId } = trace.summary;
  const isKnown = trace.spans.spanId.includes(spanId);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      viewer.client.span(traceId, spanId, abort.signal).then(
        (detail) => {
          loaded.value = { detail };
        },
        (error: unknown) => {
          if (!abort.signal.aborted)
            loaded.value = { message: error instanceof Error ? error.message : String(error) };
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [traceId, spanId, isKnown]);

  const shown = loaded.value;
  return (
    <aside class="pane" aria-label="Details of the span">
      <button class="close" aria-label="Close details" title="Close (Esc)" onClick={onClose}>
        ×
      </button>
      {shown === undefined && <p class="muted">Loading…</p>}
      {shown !== undefined && 'message' in shown && <p role="alert">{shown.message}</p>}
      {shown !== undefined && 'detail' in shown && (
        <SpanFacts viewer={viewer} detail={shown.detail} trace={trace} tree={tree} />
      )}
    </aside>
  );
}

interface SpanFactsProps {
  readonly viewer: Viewer;
  readonly detail: SpanDetail;
  readonly trace: TraceDocument;
  readonly tree: SpanTree;
}

function SpanFacts({ viewer, detail, trace, tree }: SpanFactsProps) {
  const at = trace.spans.spanId.indexOf(detail.spanId);
  const offsetMs = trace.spans.startMs[at] ?? 0;
  const error = spanErrorOf(detail);
  return (
    <>
      <h2>{trace.spans.label[at] ?? detail.name}</h2>
      <p class="span-name">{detail.name}</p>
      <p class="span-facts">
        <StatusBadge status={detail.status} />
        <span>{formatDuration(trace.spans.durationMs[at] ?? 0)}</span>
        <span class="muted" title={absoluteTime(trace.summary.startTimeMs + offsetMs)}>
          starts at {formatDuration(offsetMs)}
        </span>
      </p>
      {error !== undefined && (
        <section class={`span-error status-${detail.status}`}>
          <h3>
            {error.type ?? 'Error'}
            {error.category !== undefined && <span class="category">{error.category}</span>}
            {error.code !== undefined && <code>{error.code}</code>}
          </h3>
          <p>{error.message}</p>
          {error.stack !== undefined && (
            <details open>
              <summary>
                Stack <CopyButton text={error.stack} what="the stack" />
              </summary>
              <pre>{error.stack}</pre>
            </details>
          )}
        </section>
      )}
      <SpanLogs logs={viewer.spanLogs} trace={trace} tree={tree} spanId={detail.spanId} />
      {groupAttributes(detail.attributes).map(({ title, entries }) => (
        <Entries key={title} title={title} entries={entries} />
      ))}
      {detail.events.length > 0 && (
        <section>
          <h3>Events</h3>
          {detail.events.map((event, index) => (
            <details key={index}>
              <summary>
                {event.name} <span class="muted">at {formatDuration(event.timeMs)}</span>
              </summary>
              <EntryList entries={groupAttributes(event.attributes).flatMap((group) => group.entries)} />
            </details>
          ))}
        </section>
      )}
      {detail.links.length > 0 && (
        <section>
          <h3>Links</h3>
          {detail.links.map((link, index) => (
            <p key={index}>
              <a href={formatRoute({ view: 'trace', traceId: link.traceId, spanId: link.spanId })}>
                {linkName(trace, link.traceId, link.spanId)}
              </a>{' '}
              <span class="muted">
                {typeof link.attributes['link.type'] === 'string' && link.attributes['link.type']}
              </span>
            </p>
          ))}
        </section>
      )}
      <details class="section">
        <summary>
          <h3>Resource and ids</h3>
        </summary>
        <EntryList
          entries={[
            { key: 'trace id', text: detail.traceId },
            { key: 'span id', text: detail.spanId },
            { key: 'parent span id', text: detail.parentSpanId ?? 'none' },
            { key: 'scope', text: `${detail.scope.name} ${detail.scope.version}`.trim() || 'none' },
            ...groupAttributes(detail.resource).flatMap((group) => group.entries),
          ]}
        />
      </details>
    </>
  );
}

function linkName(trace: TraceDocument, traceId: string, spanId: string): string {
  if (traceId !== trace.summary.traceId) return `trace ${shortId(traceId)}`;
  const at = trace.spans.spanId.indexOf(spanId);
  return trace.spans.label[at] ?? trace.spans.name[at] ?? shortId(spanId);
}

function Entries({
  title,
  entries,
}: {
  readonly title: string;
  readonly entries: readonly AttributeEntry[];
}) {
  return (
    <section>
      <h3>{title}</h3>
      <EntryList entries={entries} />
    </section>
  );
}
