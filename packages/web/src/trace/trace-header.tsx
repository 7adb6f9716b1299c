import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ExecutionStatus, TraceDocument } from '@tta/obs-protocol';
import { formatDuration } from '../format/duration.ts';
import { absoluteTime } from '../format/moment.ts';
import { shortId } from '../format/short-id.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { failedTone, StatusGlyph } from '../shell/status-badge.tsx';
import { decisiveFailure } from '../tree/failures.ts';
import { rowLabel } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';

const VERDICT: Record<ExecutionStatus, string> = {
  success: 'Succeeded in',
  error: 'Failed after',
  timeout: 'Timed out after',
  cancelled: 'Cancelled after',
  suspended: 'Suspended after',
};

export interface TraceHeaderProps {
  readonly document: TraceDocument;
  readonly tree: SpanTree;
  readonly onSelect: (spanId: string) => void;
}

/** What the eye meets first: did it succeed, how long, how much, what went wrong. */
export function TraceHeader({ document: { summary, services }, tree, onSelect }: TraceHeaderProps) {
  const cause = useMemo(() => decisiveFailure(tree), [tree]);
  return (
    <header class="trace-header">
      <div class="trace-title">
        <a class="back" href="#/traces" aria-label="All traces" title="All traces (Esc)">
          ←
        </a>
        <h1 class="clip" title={summary.name}>
          {summary.name}
        </h1>
        <span class={`verdict status-${summary.status}`}>
          <StatusGlyph status={summary.status} />
          {VERDICT[summary.status]} {formatDuration(summary.durationMs)}
        </span>
      </div>
      <dl class="facts">
        <Fact name="Started">{absoluteTime(summary.startTimeMs)}</Fact>
        <Fact name="Service">{services.join(', ')}</Fact>
        <Fact name="Spans">{summary.spanCount}</Fact>
        <Fact name="Failed spans">
          <span class={failedTone(summary)}>{summary.errorCount}</span>
        </Fact>
        <Fact name="Trace">
          <code title={summary.traceId}>{shortId(summary.traceId)}</code>
          <CopyButton text={summary.traceId} what="the trace id" />
        </Fact>
        {!summary.hasRoot && <Fact name="Incomplete">the first span has not arrived</Fact>}
      </dl>
      {cause !== -1 && (
        <button class={`cause status-${summary.status}`} onClick={() => onSelect(rowId(tree, cause))}>
          <strong>{rowLabel(tree, cause)}</strong>
          <span class="clip">{causeMessage(tree, cause)}</span>
        </button>
      )}
    </header>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function causeMessage(tree: SpanTree, row: number): string {
  const { statusMessage } = tree.spans;
  return (
    statusMessage[tree.inner[row] as number] ??
    statusMessage[tree.outer[row] as number] ??
    'failed without a message'
  );
}
