import { Fragment } from 'preact';
import { AttributeList } from '../details/attribute-list.tsx';
import { Dropped } from '../details/dropped.tsx';
import { inUnit } from '../format/duration.ts';
import type { DurationUnit } from '../format/duration.ts';
import { MarkedText } from '../format/marked-text.tsx';
import { logEntries } from './log-entries.ts';
import { LogLevelMark } from './log-level-mark.tsx';
import type { LogRow } from './log-rows.ts';

export interface LogLineProps {
  readonly row: LogRow;
  readonly index: number;
  readonly startPx: number;
  readonly unit: DurationUnit;
  readonly sought: string;
  /** The one that the Tab key reaches. */
  readonly isActive: boolean;
  /** The one that keys have led to. */
  readonly isCurrent: boolean;
  readonly isOfSelected: boolean;
  readonly isOpen: boolean;
  readonly measure: (element: HTMLElement | null) => void;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

/** A line of the logs: when, how grave, where, what; opened, all that came with it. */
export function LogLine({ row, index, startPx, unit, sought, isOpen, ...line }: LogLineProps) {
  const classes = [line.isCurrent ? 'is-current' : '', line.isOfSelected ? 'is-active' : ''];
  return (
    <li
      ref={line.measure}
      data-index={index}
      class={classes.filter((name) => name !== '').join(' ')}
      aria-current={line.isCurrent ? 'true' : undefined}
      style={{ transform: `translateY(${startPx}px)` }}
    >
      <div class="log-row">
        <button
          type="button"
          class="twisty log-twisty"
          tabIndex={-1}
          aria-expanded={isOpen}
          aria-label={isOpen ? 'Close the line' : 'Open the line'}
          title="All that came with it (o)"
          onClick={line.onToggle}
        >
          <i class={isOpen ? 'is-open' : ''} aria-hidden="true" />
        </button>
        <button
          type="button"
          class="log-line"
          tabIndex={line.isActive ? 0 : -1}
          title={tooltip(row)}
          onClick={line.onChoose}
        >
          <span class="num">{inUnit(row.offsetMs, unit)}</span>
          <LogLevelMark level={row.level} text={row.levelText} />
          <bdi class="clip log-span">
            <MarkedText text={row.span} sought={sought} />
          </bdi>
          <span class="log-text">
            {row.service !== '' && (
              <>
                <bdi class="log-service" title="Service that logged this">
                  {row.service}
                </bdi>{' '}
              </>
            )}
            <bdi>
              <MarkedText text={row.message} sought={sought} />
            </bdi>{' '}
            <span class="muted">
              {row.fields.map(([key, value], at) => (
                <Fragment key={key}>
                  {at > 0 && '  '}
                  <bdi>
                    <MarkedText text={key} sought={sought} />
                  </bdi>
                  =
                  <bdi>
                    <MarkedText text={value} sought={sought} />
                  </bdi>
                </Fragment>
              ))}
            </span>
          </span>
        </button>
      </div>
      {isOpen && (
        <div class="log-entries">
          <AttributeList entries={logEntries(row)} sought={sought} />
          <Dropped count={row.record.droppedAttributesCount} one="attribute" many="attributes" />
        </div>
      )}
    </li>
  );
}

function tooltip({ message, fields }: LogRow): string {
  return [message, ...fields.map(([key, value]) => `${key}=${value}`)].join('\n').trim();
}
