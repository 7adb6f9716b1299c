import type { RefObject } from 'preact';
import type { TraceDocument } from '@tta/obs-protocol';
import { exactCount } from '../format/count.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import type { ContextStep, TranscriptTotals } from './context-growth.ts';
import { downloadFile } from '../raw/download-file.ts';
import { GrowthChart } from './growth-chart.tsx';
import { MESSAGE_FORMATS } from './message-format.ts';
import type { MessageFormats } from './message-format.ts';

export interface TranscriptHeadProps {
  readonly document: TraceDocument;
  readonly totals: TranscriptTotals;
  /** Of the longest conversation. */
  readonly steps: readonly ContextStep[];
  readonly activeKey: string | undefined;
  readonly formats: MessageFormats;
  readonly sought: string;
  readonly findText: string;
  readonly findInput: RefObject<HTMLInputElement>;
  readonly asMarkdown: () => string;
  readonly asJson: () => string;
  readonly onGo: (step: ContextStep) => void;
  readonly onSought: (text: string) => void;
  readonly onFind: (step: 1 | -1) => void;
}

/** What a transcript is in sum, how it is shown, and what is sought in it. */
export function TranscriptHead(props: TranscriptHeadProps) {
  const { document: trace, totals, formats, sought, asMarkdown, asJson } = props;
  const { traceId } = trace.summary;
  return (
    <div class="transcript-head">
      <Totals totals={totals} />
      <GrowthChart steps={props.steps} activeKey={props.activeKey} onGo={props.onGo} />
      <div class="transcript-tools">
        <div class="transcript-find">
          <input
            ref={props.findInput}
            type="search"
            placeholder="Find (/)"
            aria-label="Find in the transcript"
            value={sought}
            onInput={(event) => props.onSought(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') props.onFind(event.shiftKey ? -1 : 1);
              else if (event.key === 'Escape' && sought !== '') props.onSought('');
              else if (event.key === 'Escape') event.currentTarget.blur();
              else return;
              event.preventDefault();
              event.stopPropagation();
            }}
          />
          <span class="muted transcript-find-count" role="status">
            {props.findText}
          </span>
        </div>
        <div class="segments" role="group" aria-label="Show messages as">
          {MESSAGE_FORMATS.map(({ format, title }) => (
            <button
              key={format}
              type="button"
              aria-pressed={formats.all.value === format}
              onClick={() => formats.chooseAll(format)}
            >
              {title}
            </button>
          ))}
        </div>
        <details class="transcript-export">
          <summary>Export</summary>
          <div class="transcript-export-menu">
            <CopyButton text={asMarkdown} what="as Markdown" label="copy as Markdown" />
            <CopyButton text={asJson} what="as JSON" label="copy as JSON" />
            <button
              type="button"
              class="copy"
              onClick={() => downloadFile(`transcript-${traceId}.md`, 'text/markdown', [asMarkdown()])}
            >
              download .md
            </button>
            <button
              type="button"
              class="copy"
              onClick={() => downloadFile(`transcript-${traceId}.json`, 'application/json', [asJson()])}
            >
              download .json
            </button>
          </div>
        </details>
      </div>
    </div>
  );
}

/** Tokens and costs stand in the header of the trace. */
function Totals({ totals }: Pick<TranscriptHeadProps, 'totals'>) {
  const { turns, tools, failedTools, models } = totals;
  return (
    <ul class="transcript-totals">
      <li>
        <b>{exactCount(turns)}</b> {turns === 1 ? 'turn' : 'turns'}
      </li>
      <li>
        <b>{exactCount(tools)}</b> {tools === 1 ? 'tool call' : 'tool calls'}
        {failedTools > 0 && <span class="has-recovered">, {exactCount(failedTools)} failed</span>}
      </li>
      {models.length > 0 && (
        <li class="clip muted" title={models.join('\n')}>
          {models.length === 1 ? models[0] : `${models.length} models`}
        </li>
      )}
    </ul>
  );
}
