import { formatDuration } from '../format/duration.ts';
import { absoluteTime } from '../format/moment.ts';
import { formatPercent } from '../format/percent.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { KindGlyph } from '../primitives/kind-glyph.tsx';
import { kindOf, kindText } from '../primitives/primitive-kind.ts';
import { StatusBadge } from '../shell/status-badge.tsx';
import { rowEdge } from '../tree/edge.ts';
import { rowLabel, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { selfTimeMs } from './self-time.ts';

export interface SpanHeadingProps {
  readonly tree: SpanTree;
  readonly row: number;
  readonly spanId: string;
  /** When the trace began, in milliseconds since the Unix epoch. */
  readonly traceStartMs: number;
  readonly service: string;
}

/** What a span is, how it ended and when: known before its details are. */
export function SpanHeading({ tree, row, spanId, traceStartMs, service }: SpanHeadingProps) {
  const { spans } = tree;
  const span = spans.spanId.indexOf(spanId);
  const type = spans.primitiveType[tree.inner[row] as number] ?? null;
  const kind = kindOf(type, spans.kind[span] ?? 0);
  const startMs = spans.startMs[span] ?? 0;
  const durationMs = spans.durationMs[span] ?? 0;
  const selfMs = selfTimeMs(tree, row, span);
  const label = rowLabel(tree, row);
  const name = spans.name[span] ?? '';
  const edge = rowEdge(tree, row)?.text;
  return (
    <>
      <h2>
        <KindGlyph kind={kind} title={kindText(kind, type)} />
        <bdi>{withoutDirectionMarks(label)}</bdi>
        {edge !== undefined && edge !== label && <span class="muted">{withoutDirectionMarks(edge)}</span>}
      </h2>
      {name !== label && (
        <p class="span-name">
          <bdi>{withoutDirectionMarks(name)}</bdi>
        </p>
      )}
      <p class="span-facts">
        <StatusBadge status={rowStatus(tree, row)} />
        <span>{formatDuration(durationMs)}</span>
        {durationMs > 0 && selfMs < durationMs && (
          <span class="muted" title="The time in which none of its children ran">
            {formatDuration(selfMs)} self ({formatPercent(selfMs / durationMs)})
          </span>
        )}
        <span class="muted" title={absoluteTime(traceStartMs + startMs)}>
          at +{formatDuration(startMs)}
        </span>
        <span class="muted">{withoutDirectionMarks(service)}</span>
      </p>
    </>
  );
}
