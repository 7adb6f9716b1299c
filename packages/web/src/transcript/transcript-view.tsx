import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useCommands } from '../commands/use-commands.tsx';
import { unitFor } from '../format/duration.ts';
import { Loading, Notice } from '../shell/notice.tsx';
import type { TracePartProps } from '../trace/trace-part.ts';
import { summarizeAgents } from './agent-summary.ts';
import { contextSteps, longestConversation, totalsOf } from './context-growth.ts';
import { findInTranscript, findText, neighbouringFind } from './find-in-transcript.ts';
import type { Find } from './find-in-transcript.ts';
import { foldNames } from './fold-names.ts';
import { Folds } from './folds.ts';
import { MessageFormats } from './message-format.ts';
import { NoProgram, NothingCaptured } from './nothing-said.tsx';
import type { Reader } from './reader.ts';
import { RowView } from './row-view.tsx';
import { speechWindow, wholeName } from './speech-window.ts';
import { TraceTranscript } from './trace-transcript.ts';
import { TranscriptHead } from './transcript-head.tsx';
import { transcriptMarkdown } from './transcript-markdown.ts';
import { readTranscript } from './transcript-rows.ts';
import type { TranscriptRow } from './transcript-rows.ts';
import { TurnColumns } from './turn-columns.tsx';
import { useVirtualBlocks } from './use-virtual-blocks.tsx';
import { agentsAround, neighbouringFailure, rowOfSpanId, shownRows } from './visible-turns.ts';

const TOOL_PX = 56;
const TURN_PX = 160;

export function TranscriptView(props: TracePartProps) {
  const { document: trace, route } = props;
  if (trace.spans.ai.span.length === 0)
    return (
      <section class="transcript" aria-label="Transcript">
        <NoProgram route={route} />
      </section>
    );
  return <Conversations {...props} />;
}

/** What was said in a trace of AI programs, turn by turn. */
function Conversations({ viewer, document: trace, route, onSelect, onAdjust }: TracePartProps) {
  const { traceId, seq } = trace.summary;
  const [transcript] = useState(
    () =>
      new TraceTranscript({
        load: viewer.client.transcript.bind(viewer.client),
        timer: viewer.clock.timer,
        nowMs: viewer.clock.nowMs,
      }),
  );
  const [formats] = useState(() => new MessageFormats(localStorage));
  const [folds] = useState(() => new Folds());
  useEffect(() => transcript.show(traceId, seq), [traceId, seq]);
  useEffect(() => () => transcript.close(), []);

  const { items, isComplete, failure } = transcript.state.value;
  const { rows, isSilent } = useMemo(() => readTranscript(trace, items), [trace, items]);
  const told = useMemo(() => new Map(items.map((item) => [item.spanId, item])), [items]);
  const agents = useMemo(() => summarizeAgents(trace, rows, told), [trace, rows, told]);
  const steps = useMemo(() => contextSteps(trace, rows), [trace, rows]);
  const chart = useMemo(() => longestConversation(steps.values()), [steps]);
  const totals = useMemo(() => totalsOf(trace, rows), [trace, rows]);
  const unit = useMemo(
    () => unitFor(rows.reduce((most, { durationMs }) => Math.max(most, durationMs), 0)),
    [rows],
  );
  const sought = route.find ?? '';
  const finds = useMemo(() => findInTranscript(rows, sought), [rows, sought]);

  const isOpen = (row: TranscriptRow): boolean => folds.isOpen(row.key, row.depth === 0);
  const shown = shownRows(rows, isOpen);

  /** The turn that keys work on. */
  const active = useSignal<string | undefined>(undefined);
  const found = useSignal<Find | undefined>(undefined);
  const scroller = useRef<HTMLDivElement>(null);
  const findInput = useRef<HTMLInputElement>(null);
  /** What is to be scrolled to once it is drawn. */
  const wanted = useRef<{
    readonly key: string;
    readonly align: 'auto' | 'start' | 'center';
  }>();
  const virtual = useVirtualBlocks(scroller, {
    count: shown.length,
    keyOf: (index) => shown[index]?.key ?? index.toString(),
    estimatePx: (index) => (shown[index]?.operation === 'tool' ? TOOL_PX : TURN_PX),
  });

  const reveal = (row: TranscriptRow, align: 'auto' | 'start' | 'center' = 'auto'): void => {
    const closed = agentsAround(rows, row).filter((agent) => !isOpen(agent));
    if (closed.length > 0)
      folds.setAll(
        closed.map(({ key }) => key),
        true,
      );
    active.value = row.key;
    wanted.current = { key: row.key, align };
  };
  useLayoutEffect(() => {
    const target = wanted.current;
    if (target === undefined) return;
    const index = shown.findIndex(({ key }) => key === target.key);
    if (index === -1) return;
    wanted.current = undefined;
    virtual.show(index, target.align);
  });

  // What arrives above the turn that keys work on would push it out of sight. Later only what is new comes.
  const isActiveShown = useRef(false);
  const isFirstLoad = useRef(true);
  useLayoutEffect(() => {
    const index = shown.findIndex(({ key }) => key === active.peek());
    if (isFirstLoad.current && isActiveShown.current && index !== -1) virtual.show(index, 'auto');
    isFirstLoad.current = !isComplete;
  }, [items]);
  useLayoutEffect(() => {
    const element = scroller.current?.querySelector('.turn.is-active');
    const view = scroller.current?.getBoundingClientRect();
    const place = element?.getBoundingClientRect();
    isActiveShown.current =
      view !== undefined && place !== undefined && place.top < view.bottom && place.bottom > view.top;
  });

  // A selection that comes from the address or from another way to look at the trace.
  useEffect(() => {
    if (route.spanId === undefined) return;
    const row = rowOfSpanId(rows, route.spanId, trace.spans);
    if (row !== undefined && row.key !== active.peek()) reveal(row);
  }, [route.spanId, isComplete]);

  const go = (row: TranscriptRow | undefined, align: 'auto' | 'start' = 'auto'): void => {
    if (row === undefined) return;
    reveal(row, align);
    if (route.spanId !== undefined) onSelect(row.key);
  };
  const move = (step: number): void => {
    const at = shown.findIndex(({ key }) => key === active.peek());
    const to = at === -1 && step > 0 ? 0 : Math.max(0, Math.min(shown.length - 1, at + step));
    go(shown[to]);
  };
  const page = (step: 1 | -1): void =>
    scroller.current?.scrollBy(0, step * scroller.current.clientHeight * 0.9);
  const toggle = (row: TranscriptRow | undefined): void => {
    if (row === undefined) return;
    if (row.operation === 'agent') folds.set(row.key, !isOpen(row));
    else {
      const names = foldNames(row);
      const areOpen = names.some((name) => folds.isOpen(name, false));
      folds.setAll(names, !areOpen);
    }
  };
  const find = (step: 1 | -1): void => {
    // Enter may come before the page is drawn with the last letter.
    const now = viewer.route.peek();
    const text = now.view === 'trace' ? (now.find ?? '') : '';
    const all = text === sought ? finds : findInTranscript(rows, text);
    const next = all[neighbouringFind(all, found.peek(), step)];
    if (next === undefined) return;
    found.value = next;
    if (next.piece !== undefined) {
      const { row, piece } = next;
      // What is found in a closed part is to be seen.
      folds.setAll(
        [`${row.key} ${piece}`, `${row.key} ${piece.split('.')[0]}`, `${row.key} ${piece} all`],
        true,
      );
      const { between } = speechWindow(row.speeches);
      if (between.some(({ pieces }) => pieces.some(({ key }) => key === piece)))
        folds.setAll([wholeName(row.key)], true);
    }
    reveal(next.row, 'start');
    if (route.spanId !== undefined) onSelect(next.row.key);
  };
  // Once the row of a find is drawn, the find itself is brought into sight.
  useLayoutEffect(() => {
    const { row, piece } = found.value ?? {};
    if (row === undefined) return;
    const within = scroller.current?.querySelector(`[data-row="${row.key}"]`);
    const part = piece === undefined ? within : within?.querySelector(`[data-piece="${piece}"]`);
    (part?.querySelector('mark') ?? part)?.scrollIntoView({ block: 'center' });
  }, [found.value, virtual.shown.some(({ index }) => shown[index]?.key === found.value?.row.key)]);

  const activeRow = (): TranscriptRow | undefined => shown.find(({ key }) => key === active.peek());
  useCommands([
    { title: 'Next turn', group: 'Trace', keys: ['j', 'ArrowDown'], run: () => move(1) },
    { title: 'Previous turn', group: 'Trace', keys: ['k', 'ArrowUp'], run: () => move(-1) },
    { title: 'A page further', group: 'Trace', keys: ['PageDown'], run: () => page(1) },
    { title: 'A page back', group: 'Trace', keys: ['PageUp'], run: () => page(-1) },
    { title: 'First turn', group: 'Trace', keys: ['Home'], run: () => go(shown[0]) },
    { title: 'Last turn', group: 'Trace', keys: ['End'], run: () => go(shown.at(-1)) },
    {
      title: 'Open or close what is folded in the turn',
      group: 'Trace',
      keys: ['o'],
      run: () => toggle(activeRow()),
    },
    {
      title: 'Show the details of the turn',
      group: 'Trace',
      keys: ['Enter'],
      run: () => onSelect(active.peek()),
    },
    {
      title: 'Next error',
      group: 'Trace',
      keys: ['e'],
      run: () => go(neighbouringFailure(rows, active.peek(), 1)),
    },
    {
      title: 'Previous error',
      group: 'Trace',
      keys: ['E'],
      run: () => go(neighbouringFailure(rows, active.peek(), -1)),
    },
    { title: 'Find in the transcript', group: 'Trace', keys: ['/'], run: () => findInput.current?.select() },
    { title: 'Next find', group: 'Trace', keys: ['n'], run: () => find(1) },
    { title: 'Previous find', group: 'Trace', keys: ['N'], run: () => find(-1) },
  ]);

  const reader: Reader = {
    folds,
    formats,
    sought,
    unit,
    steps,
    onSelect: (spanId) => {
      active.value = rowOfSpanId(rows, spanId, trace.spans)?.key ?? active.peek();
      onSelect(spanId);
    },
  };
  return (
    <section class="transcript" aria-label="Transcript">
      <TranscriptHead
        document={trace}
        totals={totals}
        steps={chart}
        activeKey={active.value}
        formats={formats}
        sought={sought}
        findText={findText(finds, found.value, sought)}
        findInput={findInput}
        asMarkdown={() => transcriptMarkdown(trace, rows)}
        asJson={() => JSON.stringify(items, undefined, 2)}
        onGo={(step) => go(step.row, 'start')}
        onSought={(text) => {
          found.value = undefined;
          onAdjust({ find: text === '' ? undefined : text } as Partial<typeof route>);
        }}
        onFind={find}
      />
      {failure !== undefined && items.length > 0 && (
        <p class="transcript-failure" role="alert">
          {isComplete ? 'This may be out of date.' : 'This is not all.'} {failure}{' '}
          <button type="button" class="link-button" onClick={() => transcript.reload()}>
            Try again
          </button>
        </p>
      )}
      {failure !== undefined && items.length === 0 ? (
        <Notice kind="error" title="Could not load the transcript" onRetry={() => transcript.reload()}>
          {failure}
        </Notice>
      ) : !isComplete && items.length === 0 ? (
        <Loading what="the transcript" />
      ) : (
        <>
          <TurnColumns unit={unit} />
          {isComplete && isSilent && <NothingCaptured conventions={items.map(({ ai }) => ai.convention)} />}
          <div
            class="transcript-scroll"
            ref={scroller}
            tabIndex={0}
            role="feed"
            aria-busy={!isComplete}
            aria-label="Turns"
          >
            <div class="turns" role="none" style={{ height: `${virtual.totalPx}px` }}>
              {virtual.shown.map(({ index, topPx }) => {
                const row = shown[index];
                if (row === undefined) return null;
                return (
                  <article
                    key={row.key}
                    ref={virtual.measure}
                    data-index={index}
                    data-row={row.key}
                    class={`turn is-${row.operation}${row.key === active.value ? ' is-active' : ''}`}
                    aria-label={row.title}
                    aria-posinset={index + 1}
                    aria-setsize={shown.length}
                    aria-current={row.key === active.value ? 'true' : undefined}
                    style={{
                      transform: `translateY(${topPx}px)`,
                      paddingLeft: `${Math.min(row.depth, 12) * 16}px`,
                    }}
                  >
                    <RowView
                      reader={reader}
                      row={row}
                      ai={trace.spans.ai}
                      summary={agents.get(row.span)}
                      isOpen={isOpen(row)}
                      onToggle={() => toggle(row)}
                    />
                  </article>
                );
              })}
            </div>
          </div>
        </>
      )}
    </section>
  );
}
