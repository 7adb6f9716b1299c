import { inUnit } from '../format/duration.ts';
import type { DurationUnit } from '../format/duration.ts';
import { KindGlyph } from '../primitives/kind-glyph.tsx';
import { StatusBadge } from '../shell/status-badge.tsx';
import { edgeOf } from '../tree/edge.ts';
import { kindOf, kindText } from '../primitives/primitive-kind.ts';
import { isFailedBranch, rowNote } from '../primitives/row-note.ts';
import { rowLabel, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';

const INDENT_PX = 14;
/** Deeper rows keep this indent: their names would leave the column. */
const MAX_INDENT = 20;

export interface WaterfallRowProps {
  readonly tree: SpanTree;
  readonly row: number;
  readonly index: number;
  readonly topPx: number;
  readonly unit: DurationUnit;
  readonly services: readonly string[];
  readonly isSelected: boolean;
  /** Classes for what it is at the moment: found, on the critical path, dimmed; empty for none of it. */
  readonly emphasis: string;
  /** `undefined` for a row without children. */
  readonly isExpanded: boolean | undefined;
  readonly onSelect: (row: number) => void;
  readonly onToggle: (row: number) => void;
}

export function WaterfallRow(props: WaterfallRowProps) {
  const { tree, row, index, isSelected, isExpanded } = props;
  const { spans } = tree;
  const outer = tree.outer[row] as number;
  const inner = tree.inner[row] as number;
  const status = rowStatus(tree, row);
  const type = spans.primitiveType[inner] ?? null;
  const kind = kindOf(type, spans.kind[inner] ?? 0);
  const label = rowLabel(tree, row);
  const edge = edgeOf(spans.name[outer] as string)?.text;
  const note = rowNote(tree, row);
  const depth = tree.depth[row] as number;
  const service = props.services.length > 1 ? props.services[spans.service[inner] ?? 0] : undefined;
  return (
    <div
      id={`span-${rowId(tree, row)}`}
      class={`waterfall-row is-${status}${isSelected ? ' is-active' : ''}${props.emphasis}`}
      role="row"
      aria-level={depth + 1}
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      aria-expanded={isExpanded}
      data-kind={kind}
      data-status={status}
      style={{ transform: `translateY(${props.topPx}px)` }}
      onClick={() => props.onSelect(row)}
    >
      <span
        class="cell-name"
        role="gridcell"
        style={{ paddingLeft: `${8 + Math.min(depth, MAX_INDENT) * INDENT_PX}px` }}
      >
        {isExpanded === undefined ? (
          <i class="twisty" />
        ) : (
          <button
            class={isExpanded ? 'twisty is-open' : 'twisty'}
            tabIndex={-1}
            aria-label={isExpanded ? 'Collapse' : 'Expand'}
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle(row);
            }}
          />
        )}
        <KindGlyph kind={kind} title={kindText(kind, type)} />
        {edge !== undefined && edge !== label && <span class="edge">{edge}</span>}
        <span
          class={isFailedBranch(tree, row) ? 'label is-struck' : 'label'}
          title={`${label}\n${spans.name[inner]}`}
        >
          {label}
        </span>
        {service !== undefined && <span class="service">{service}</span>}
        {status !== 'success' && <StatusBadge status={status} />}
        {note !== undefined && (
          <span class="note" title={note}>
            {note}
          </span>
        )}
      </span>
      <span class="num" role="gridcell">
        {inUnit(spans.durationMs[outer] ?? 0, props.unit)}
      </span>
    </div>
  );
}
