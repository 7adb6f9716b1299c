import { inUnit } from '../format/duration.ts';
import type { DurationUnit } from '../format/duration.ts';
import { KindGlyph } from '../primitives/kind-glyph.tsx';
import { rowBars } from '../primitives/row-bars.ts';
import type { RowFigures } from '../primitives/row-figures.ts';
import { rowGlyph, rowKind } from '../primitives/row-kind.ts';
import { isFailedBranch } from '../primitives/row-note.ts';
import { hiddenFailures, rowText } from '../primitives/row-text.ts';
import { StatusBadge } from '../shell/status-badge.tsx';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';

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
  const inner = tree.inner[row] as number;
  const durationMs = spans.durationMs[tree.outer[row] as number] ?? 0;
  const kind = rowKind(tree, row);
  const text = rowText(tree, row);
  const { label, edge, called, status, note } = text;
  const depth = Math.min(tree.depth[row] as number, MAX_INDENT);
  const hidden = isExpanded === false ? hiddenFailures(tree, row) : 0;
  const service = props.services.length > 1 ? props.services[spans.service[inner] ?? 0] : undefined;
  return (
    <div
      id={`span-${rowId(tree, row)}`}
      class={`waterfall-row is-${status}${isSelected ? ' is-active' : ''}${props.emphasis}`}
      role="row"
      aria-label={text.all}
      aria-level={(tree.depth[row] as number) + 1}
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      aria-expanded={isExpanded}
      data-kind={kind}
      data-status={status}
      data-shape={rowBars(tree, row).shape}
      style={{ transform: `translateY(${props.topPx}px)` }}
      onClick={() => props.onSelect(row)}
    >
      <span class="cell-name" role="gridcell">
        {depth > 0 && <i class="indent" style={{ '--depth': depth }} />}
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
        <KindGlyph kind={kind} variant={rowGlyph(tree, row)} />
        {edge !== undefined && (
          <span class="edge" title={edge}>
            {edge}
          </span>
        )}
        <span
          class={isFailedBranch(tree, row) ? 'label is-struck' : 'label'}
          title={`${text.kind} ${label}\n${(spans.name[inner] ?? '').slice(0, 500)}`}
        >
          {label}
        </span>
        {called !== undefined && (
          <span class="called" title={called}>
            {called}
          </span>
        )}
        {service !== undefined && <span class="service">{service}</span>}
        {status !== 'success' && <StatusBadge status={status} />}
        {hidden > 0 && (
          <span class={status === 'error' || status === 'timeout' ? 'has-failed' : 'has-recovered'}>
            {hidden} failed inside
          </span>
        )}
        {note !== undefined && (
          <span class="note" title={note}>
            {note}
          </span>
        )}
        {text.figures !== undefined && <Figures {...text.figures} />}
      </span>
      <span class="num" role="gridcell">
        {inUnit(durationMs, props.unit)}
      </span>
    </div>
  );
}

/** The class of what holds the rows, by the width of their names: queries of each row's own width took 0.6 ms of a frame. */
export function roomForNames(widthPx: number): string {
  if (widthPx < 260) return 'has-narrow-names has-cramped-names';
  if (widthPx < 420) return 'has-narrow-names';
  return widthPx < 640 ? '' : 'has-wide-names';
}

/** Tokens and cost at the end of the name's column; those of all rows below are marked as a sum. */
function Figures({ tokens, cached, cost, isSum, words }: RowFigures) {
  return (
    <span class={isSum ? 'row-figures is-sum' : 'row-figures'} title={words}>
      {isSum && 'Σ '}
      {tokens !== '' && <span class="figure-tokens">{tokens}</span>}
      {cached !== '' && <span class="figure-cached">{cached}</span>}
      {cost !== '' && <span class="figure-cost">{cost}</span>}
    </span>
  );
}
