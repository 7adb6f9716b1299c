import type { ComponentChildren } from 'preact';
import type { AiSpanColumns } from '@tta/obs-protocol';
import { formatCount } from '../format/count.ts';
import { inUnit } from '../format/duration.ts';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { costSources, formatCost } from '../format/usd.ts';
import { StatusGlyph } from '../shell/status-badge.tsx';
import type { AgentSummary } from './agent-summary.ts';
import { OperationGlyph } from './operation-glyph.tsx';
import type { Reader } from './reader.ts';
import { SpeechView } from './speech-view.tsx';
import { speechWindow, wholeName } from './speech-window.ts';
import { ToolUseView } from './tool-use-view.tsx';
import type { Speech, TranscriptRow } from './transcript-rows.ts';
import { finishText, turnFigures } from './turn-figures.ts';
import type { Figure } from './turn-figures.ts';

export interface RowViewProps {
  readonly reader: Reader;
  readonly row: TranscriptRow;
  readonly ai: AiSpanColumns;
  /** Of an agent. */
  readonly summary: AgentSummary | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** A turn, a tool, an agent or another span of a transcript. */
export function RowView(props: RowViewProps) {
  const { row, reader } = props;
  const [only] = row.speeches;
  const [piece] = only?.pieces ?? [];
  if (row.operation === 'tool' && piece?.type === 'tool')
    return (
      <div class="piece" data-piece={piece.key}>
        <ToolUseView reader={reader} name={`${row.key} ${piece.key}`} use={piece.use} />
      </div>
    );
  return row.operation === 'agent' ? <AgentRow {...props} /> : <TurnRow {...props} />;
}

function TurnRow({ reader, row, ai }: RowViewProps) {
  const finish = finishText(row);
  return (
    <>
      <RowHead
        reader={reader}
        row={row}
        figures={turnFigures(ai, row, reader.steps.get(row.key), reader.unit)}
      >
        {finish !== '' && (
          <span class="transcript-finish" title="Why the model ended">
            {withoutDirectionMarks(finish)}
          </span>
        )}
      </RowHead>
      <RowBody reader={reader} row={row} />
    </>
  );
}

function AgentRow({ reader, row, summary, isOpen, onToggle }: RowViewProps) {
  const { sought } = reader;
  return (
    <>
      <RowHead reader={reader} row={row} figures={summary === undefined ? [] : agentFigures(summary)}>
        {summary !== undefined && summary.rows > 0 && (
          <button type="button" class="agent-toggle" aria-expanded={isOpen} onClick={onToggle}>
            <i class={isOpen ? 'twisty is-open' : 'twisty'} aria-hidden="true" />
            {stepsText(summary)}
          </button>
        )}
      </RowHead>
      {isOpen || summary === undefined ? (
        <RowBody reader={reader} row={row} />
      ) : (
        <>
          <RowError reader={reader} row={row} />
          {(summary.asked !== '' || summary.answered !== '') && (
            <dl class="agent-preview">
              <Preview name="asked" text={summary.asked} sought={sought} />
              <Preview name="answered" text={summary.answered} sought={sought} />
            </dl>
          )}
        </>
      )}
    </>
  );
}

function Preview({
  name,
  text,
  sought,
}: {
  readonly name: string;
  readonly text: string;
  readonly sought: string;
}) {
  if (text === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <MarkedText text={withoutDirectionMarks(text)} sought={sought} />
      </dd>
    </div>
  );
}

interface RowHeadProps {
  readonly reader: Reader;
  readonly row: TranscriptRow;
  readonly figures: readonly Figure[];
  readonly children?: ComponentChildren;
}

function RowHead({ reader, row, figures, children }: RowHeadProps) {
  const { sought, unit } = reader;
  const hasFailed = row.status !== 'success';
  return (
    <header class="turn-head">
      <span class="turn-title">
        {hasFailed ? <StatusGlyph status={row.status} /> : <OperationGlyph operation={row.operation} />}
        <button
          type="button"
          class="turn-name clip"
          title={`${row.title}: show its details (Enter)`}
          onClick={() => reader.onSelect(row.key)}
        >
          <MarkedText text={withoutDirectionMarks(row.title)} sought={sought} />
        </button>
        {row.purpose !== null && (
          <span class="turn-purpose clip muted" title={row.purpose}>
            <MarkedText text={withoutDirectionMarks(row.purpose)} sought={sought} />
          </span>
        )}
        {children}
      </span>
      {figures.map(({ name, text, title }) => (
        <span key={name} class={`turn-figure is-${name}`} title={title}>
          {text !== '' && <span class="turn-figure-name">{FIGURES[name]} </span>}
          {text}
        </span>
      ))}
      <span class="turn-figure is-took" title="how long it took">
        <span class="turn-figure-name">took </span>
        {inUnit(row.durationMs, unit)}
        <span class="turn-figure-unit"> {unit.name}</span>
      </span>
    </header>
  );
}

/** What the columns are called. */
export const FIGURES: Readonly<Record<Figure['name'], string>> = {
  growth: 'context',
  tokens: 'in → out',
  cached: 'cached',
  cost: 'cost',
  first: 'first chunk',
};

function RowBody({ reader, row }: { readonly reader: Reader; readonly row: TranscriptRow }) {
  const { first, between, latest } = speechWindow(row.speeches);
  const isWhole = reader.folds.isOpen(wholeName(row.key), false);
  const view = (speech: Speech) => (
    <SpeechView key={speech.key} reader={reader} row={row.key} speech={speech} />
  );
  return (
    <>
      {row.earlierCount > 0 && (
        <p class="transcript-earlier muted">
          {row.earlierCount === 1 ? '1 message before' : `${row.earlierCount} messages before`}
        </p>
      )}
      {first.map(view)}
      {between.length > 0 && (
        <button
          type="button"
          class="link-button transcript-earlier"
          aria-expanded={isWhole}
          onClick={() => reader.folds.set(wholeName(row.key), !isWhole)}
        >
          {isWhole ? 'show the latest messages only' : `show ${between.length} messages before these`}
        </button>
      )}
      {isWhole && between.map(view)}
      {latest.map(view)}
      <RowError reader={reader} row={row} />
      {row.isCut && (
        <p class="transcript-earlier muted">There was more than the service reads of one span.</p>
      )}
    </>
  );
}

function RowError({ reader, row }: { readonly reader: Reader; readonly row: TranscriptRow }) {
  if (row.status === 'success') return null;
  return (
    <p class={`turn-error status-${row.status}`}>
      <strong>{row.status}</strong>{' '}
      <span>
        <MarkedText text={withoutDirectionMarks(row.message ?? '')} sought={reader.sought} />
      </span>
    </p>
  );
}

function agentFigures(summary: AgentSummary): readonly Figure[] {
  const { inputTokens, outputTokens } = summary;
  const hasTokens = inputTokens + outputTokens > 0;
  return [
    { name: 'growth', text: '', title: '' },
    {
      name: 'tokens',
      text: hasTokens ? `${formatCount(inputTokens)} → ${formatCount(outputTokens)}` : '',
      title: 'tokens of all that is within it',
    },
    { name: 'cached', text: '', title: '' },
    { name: 'cost', text: formatCost(summary), title: costSources(summary) },
    { name: 'first', text: '', title: '' },
  ];
}

function stepsText({ calls, rows }: AgentSummary): string {
  const turns = calls === 1 ? '1 turn' : `${calls} turns`;
  return calls === 0 ? `${rows} within` : turns;
}
