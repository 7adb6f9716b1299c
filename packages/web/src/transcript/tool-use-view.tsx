import { StatusGlyph } from '../shell/status-badge.tsx';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatDuration } from '../format/duration.ts';
import { jsonLine } from './piece-text.ts';
import type { Reader } from './reader.ts';
import type { ToolUse } from './tool-calls.ts';
import { ValueView } from './value-view.tsx';

const LINE_LENGTH = 300;

export interface ToolUseViewProps {
  readonly reader: Reader;
  /** Under which it is remembered whether it is open. */
  readonly name: string;
  readonly use: ToolUse;
}

/** A call of a tool with what it was given, what it returned and how it went: a line, and on demand all of it. */
export function ToolUseView({ reader, name, use }: ToolUseViewProps) {
  const { given, result, execution } = use;
  const { sought, folds } = reader;
  const isOpen = folds.isOpen(name, false);
  const hasFailed = execution !== undefined && execution.status !== 'success';
  const spanId = execution?.spanId;
  return (
    <div class="tool-use">
      <div class="tool-line">
        <button
          type="button"
          class="fold-head"
          aria-expanded={isOpen}
          onClick={() => folds.set(name, !isOpen)}
        >
          <i class={isOpen ? 'twisty is-open' : 'twisty'} aria-hidden="true" />
          <span class="tool-name">
            <MarkedText text={withoutDirectionMarks(use.name)} sought={sought} />
          </span>
          <code class="clip muted">
            <MarkedText text={withoutDirectionMarks(jsonLine(given, LINE_LENGTH))} sought={sought} />
          </code>
        </button>
        {execution === undefined ? (
          result === undefined && (
            <span class="muted tool-outcome" title="No span of the tool and no result of it was sent">
              no result told
            </span>
          )
        ) : (
          <button
            type="button"
            class={`tool-outcome status-${execution.status}`}
            title={`${execution.status}: show the span`}
            onClick={() => reader.onSelect(spanId!)}
          >
            <StatusGlyph status={execution.status} />
            {hasFailed && execution.status}
            <span class="num">{formatDuration(execution.durationMs)}</span>
          </button>
        )}
      </div>
      {hasFailed && execution.message !== null && (
        <p class={`turn-error status-${execution.status}`}>
          <span>
            <MarkedText text={withoutDirectionMarks(execution.message)} sought={sought} />
          </span>
        </p>
      )}
      {!isOpen && result !== undefined && (
        <p class="tool-result clip muted">
          → <MarkedText text={withoutDirectionMarks(jsonLine(result, LINE_LENGTH))} sought={sought} />
        </p>
      )}
      {isOpen && (
        <div class="tool-values">
          {given !== null && (
            <>
              <p class="value-name">given</p>
              <ValueView value={given} label={`given to ${use.name}`} sought={sought} />
            </>
          )}
          {given === null && result === undefined ? (
            <p class="muted">What it was given and returned was not captured.</p>
          ) : (
            <p class="value-name">
              {result === undefined ? 'What it returned was not captured.' : 'returned'}
            </p>
          )}
          {result !== undefined && (
            <ValueView value={result} label={`returned by ${use.name}`} sought={sought} />
          )}
        </div>
      )}
    </div>
  );
}
